import RSSModel

/// Why a role is given no rights; nothing was changed then.
package enum RoleSetupError: ReportableError, Equatable {
    /// There is no such role.
    case noRole(String, purposes: [RolePurpose])
    /// The name means something else than a role.
    case reserved(String)
    /// Tables that rights are to be granted on are not there.
    case notMigrated(missing: String)
    /// The tables belong to a superuser, of which no role is to be made a member.
    case superuserOwns(String)
    /// The session's role may not grant rights on a table.
    case notOwner(table: String, owner: String)

    package var report: ErrorReport {
        switch self {
        case .noRole(let name, let purposes):
            let flags = purposes.map { "--for \($0.rawValue)" }.joined(separator: " ")
            return ErrorReport(
                code: "RSS-SETUP-001", exit: .usage, message: "the role '\(name)' does not exist",
                hint: "rssctl setup roles \(flags) --role \(name.shellWord) --create")
        case .reserved(let name):
            return ErrorReport(
                code: "RSS-SETUP-001", exit: .usage, message: "'\(name)' cannot be the name of a role",
                detail: "It is a reserved word of PostgreSQL, or begins with a reserved prefix.",
                hint: "rssctl setup roles --help")
        case .notMigrated(let missing):
            return ErrorReport(
                code: "RSS-SETUP-002", exit: .configuration, message: "rights cannot be granted: \(missing)",
                hint: "rssctl migrate")
        case .superuserOwns(let owner):
            return ErrorReport(
                code: "RSS-SETUP-003", exit: .permission,
                message: "a role for maintenance must be a member of the tables' owner, and '\(owner)' is a superuser",
                detail: "Only the owner of a partitioned table attaches and detaches partitions.",
                hint: "Give the tables to a role that is not a superuser: ALTER TABLE … OWNER TO …")
        case .notOwner(let table, let owner):
            return ErrorReport(
                code: "RSS-SETUP-004", exit: .permission,
                message: "this role may not grant rights on \(table), which belongs to '\(owner)'",
                hint: "Connect as '\(owner)' or as a superuser.")
        }
    }
}
