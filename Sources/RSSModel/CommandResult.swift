/// What a command returns: a value that a renderer can lay out and a script can read.
public protocol CommandResult: Encodable, Tabular, Sendable {
    /// How the run ends; ``ExitStatus/done`` unless there is something to look at.
    var exitStatus: ExitStatus { get }
    /// Numbers for the journal: rows inserted, partitions created.
    var counts: [String: Int64] { get }
}

extension CommandResult {
    /// ``ExitStatus/done``
    public var exitStatus: ExitStatus { .done }
    /// None.
    public var counts: [String: Int64] { [:] }
}
