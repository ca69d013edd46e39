/// What a command returns: a value that a renderer can lay out and a script can read.
package protocol CommandResult: Encodable, Tabular, Sendable {
    /// How the run ends; ``ExitStatus/done`` unless something needs attention.
    var exitStatus: ExitStatus { get }
    /// Numbers for the journal: rows inserted, partitions created.
    var counts: [String: Int64] { get }
    /// The result with the commands that its values name changed, for example by flags that they need; the notes of its
    /// tables are changed without it.
    func mappingCommands(_ change: (String) -> String) -> Self
}

extension CommandResult {
    /// ``ExitStatus/done``
    package var exitStatus: ExitStatus { .done }
    /// None.
    package var counts: [String: Int64] { [:] }
    /// As it is.
    package func mappingCommands(_ change: (String) -> String) -> Self { self }
}
