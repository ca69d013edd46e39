/// Why the journal cannot be used.
package enum JournalError: Error, Sendable, Equatable {
    /// The file cannot be opened, read or written: no right, no space, not a database.
    case unusable(path: String, reason: String)
    /// The file or its folder belongs to another user, or others may write to it.
    case unsafe(path: String, reason: String, hint: String)
    /// A newer rssctl wrote the journal; this one would not understand what it reads.
    case newer(path: String)
    /// No run has this id, or an id that begins or ends with it.
    case noSuchRun(String)
    /// More than one run's id begins or ends with it.
    case ambiguousRun(String, matches: Int)
}
