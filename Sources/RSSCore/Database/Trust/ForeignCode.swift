import RSSModel

/// Code of a role with fewer rights than the session's, which a statement would have PostgreSQL evaluate with the
/// session's rights: a function that the table's CHECKs, defaults, generated columns, indexes, triggers and the like call.
///
/// Such a statement is refused. `SET ROLE` would not confine the code, which may say `RESET ROLE`; nor would a function with
/// SECURITY DEFINER, because deferred triggers and settings outlive it. What PostgreSQL confines itself, as the
/// building of indexes and ANALYZE, needs no refusal.
package struct ForeignCode: BlindingError, Equatable {
    /// What statements do with a relation; each evaluates about what those before it do, and more.
    package enum Use: Int32, Sendable {
        /// Its rows are read. The planner evaluates calls with constant arguments in the expressions of indexes, CHECKs,
        /// statistics and partition keys.
        case reading
        /// Partitions of it are made, attached and detached.
        case arranging
        /// Its rows are written into tables like it: generated columns, and functions of range types.
        case copying
        /// It is filled with whole rows, or emptied: triggers and rules.
        case filling
        /// Rows of it are inserted, updated or deleted: defaults and domains as well, and all that of what foreign keys take
        /// along; but nothing that TRUNCATE alone would fire.
        case writing
    }

    /// The relation, or the database for an event trigger.
    package let relation: String
    /// Its owner.
    package let owner: String
    /// The part of the relation that calls the code.
    package let part: String
    /// The code.
    package let code: String
    /// The role that wrote it.
    package let role: String

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-021", exit: .permission,
            message:
                "\(part) of \(relation) calls \(code) of role \(role), which must not run with this session's rights",
            detail:
                "The session's role is a superuser or holds rights of other roles; the code would gain them, and SET ROLE does not confine it.",
            hint: owner == role
                ? "Run the command as the role \(owner): PGUSER=\(owner)"
                : "Review it, and give it to the table's owner: \(handOver)")
    }

    /// The statement by which the code belongs to the relation's owner: `function f(integer)` is what follows ALTER.
    private var handOver: String {
        let words = code.split(separator: " ", maxSplits: 1)
        return "ALTER \(words[0].uppercased()) \(words.dropFirst().joined()) OWNER TO \(owner)"
    }
}
