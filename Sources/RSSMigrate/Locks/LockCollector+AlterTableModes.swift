import RSSCore
import SQLScript

extension LockCollector {
    /// The lock that one subcommand of ALTER TABLE needs; `AlterTableGetLockLevel` of PostgreSQL 15.
    static func mode(of command: ParseNode) -> LockMode {
        switch command.string("subtype") {
        case "AT_SetStatistics", "AT_ClusterOn", "AT_DropCluster", "AT_SetOptions", "AT_ResetOptions",
            "AT_ValidateConstraint", "AT_AttachPartition", "AT_DetachPartitionFinalize":
            .shareUpdateExclusive
        case "AT_DetachPartition":
            command["def"]?.as("PartitionCmd")?.flag("concurrent") == true ? .shareUpdateExclusive : .accessExclusive
        case "AT_EnableTrig", "AT_EnableAlwaysTrig", "AT_EnableReplicaTrig", "AT_EnableTrigAll", "AT_EnableTrigUser",
            "AT_DisableTrig", "AT_DisableTrigAll", "AT_DisableTrigUser":
            .shareRowExclusive
        case "AT_AddConstraint":
            command["def"]?.as("Constraint")?.string("contype") == "CONSTR_FOREIGN"
                ? .shareRowExclusive : .accessExclusive
        case "AT_SetRelOptions", "AT_ResetRelOptions":
            options(command).allSatisfy { gentleOptions.contains($0) || $0.hasPrefix("autovacuum_") }
                ? .shareUpdateExclusive : .accessExclusive
        default: .accessExclusive
        }
    }

    private static func options(_ command: ParseNode) -> [String] {
        (command["def"]?.as("List")?.list("items") ?? []).compactMap { $0.as("DefElem")?.string("defname") }
    }

    /// Storage parameters that concern later writes only (`reloptions.c`); the others need ACCESS EXCLUSIVE.
    private static let gentleOptions: Set<String> = [
        "fillfactor", "toast_tuple_target", "parallel_workers", "vacuum_index_cleanup", "vacuum_truncate",
        "log_autovacuum_min_duration", "deduplicate_items", "vacuum_cleanup_index_scale_factor",
    ]

    /// Subcommands that touch the named table alone, though it has partitions or children.
    static let staysAtTheTop: Set<String> = [
        "AT_ChangeOwner", "AT_ClusterOn", "AT_DropCluster", "AT_SetLogged", "AT_SetUnLogged", "AT_SetTableSpace",
        "AT_SetAccessMethod", "AT_SetRelOptions", "AT_ResetRelOptions", "AT_SetOptions", "AT_ResetOptions",
        "AT_ReplicaIdentity", "AT_EnableRowSecurity", "AT_DisableRowSecurity", "AT_ForceRowSecurity",
        "AT_NoForceRowSecurity", "AT_AttachPartition", "AT_DetachPartition", "AT_DetachPartitionFinalize",
        "AT_AddInherit", "AT_DropInherit", "AT_AddOf", "AT_DropOf", "AT_EnableRule", "AT_DisableRule",
        "AT_EnableAlwaysRule", "AT_EnableReplicaRule", "AT_GenericOptions", "AT_SetIdentity", "AT_AddIdentity",
        "AT_DropIdentity",
    ]
}
