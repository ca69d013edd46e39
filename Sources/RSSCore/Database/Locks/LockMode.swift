/// A mode in which PostgreSQL locks a table, weakest first; "PostgreSQL 15 docs, 13.3.1".
package enum LockMode: Int, Sendable, Codable, CaseIterable, Comparable {
    case accessShare = 1
    case rowShare
    case rowExclusive
    case shareUpdateExclusive
    case share
    case shareRowExclusive
    case exclusive
    case accessExclusive

    /// Weaker modes come first.
    package static func < (left: LockMode, right: LockMode) -> Bool { left.rawValue < right.rawValue }

    /// As LOCK TABLE takes it: `ACCESS EXCLUSIVE`.
    package var name: String {
        switch self {
        case .accessShare: "ACCESS SHARE"
        case .rowShare: "ROW SHARE"
        case .rowExclusive: "ROW EXCLUSIVE"
        case .shareUpdateExclusive: "SHARE UPDATE EXCLUSIVE"
        case .share: "SHARE"
        case .shareRowExclusive: "SHARE ROW EXCLUSIVE"
        case .exclusive: "EXCLUSIVE"
        case .accessExclusive: "ACCESS EXCLUSIVE"
        }
    }

    /// As `pg_locks.mode` shows it: `AccessExclusiveLock`.
    package var catalogName: String {
        name.split(separator: " ").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined() + "Lock"
    }

    /// The modes that wait while this one is held; "PostgreSQL 15 docs, table 13.2".
    package var conflicts: [LockMode] {
        switch self {
        case .accessShare: [.accessExclusive]
        case .rowShare: [.exclusive, .accessExclusive]
        case .rowExclusive: [.share, .shareRowExclusive, .exclusive, .accessExclusive]
        case .shareUpdateExclusive:
            [.shareUpdateExclusive, .share, .shareRowExclusive, .exclusive, .accessExclusive]
        case .share: [.rowExclusive, .shareUpdateExclusive, .shareRowExclusive, .exclusive, .accessExclusive]
        case .shareRowExclusive:
            [.rowExclusive, .shareUpdateExclusive, .share, .shareRowExclusive, .exclusive, .accessExclusive]
        case .exclusive:
            [
                .rowShare, .rowExclusive, .shareUpdateExclusive, .share, .shareRowExclusive, .exclusive,
                .accessExclusive,
            ]
        case .accessExclusive: LockMode.allCases
        }
    }

    /// Whether the application's own statements wait: at least its writes conflict with the mode.
    package var stopsWriters: Bool { conflicts.contains(.rowExclusive) }

    /// Whether even plain SELECTs wait.
    package var stopsReaders: Bool { conflicts.contains(.accessShare) }
}
