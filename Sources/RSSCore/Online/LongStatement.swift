/// Bounds of statements that take as long as a table is large, in place of the setting for statements. They end a statement
/// that will never end, not one that takes long.
package enum LongStatement {
    /// Of one that reads a table, or changes a part of it.
    package static let reading = Duration.seconds(3600)
    /// Of one that copies, builds or validates a whole table.
    package static let wholeTable = Duration.seconds(86_400)
}
