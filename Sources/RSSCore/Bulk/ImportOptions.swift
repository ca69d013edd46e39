import CSV

/// What to import, and how.
public struct ImportOptions: Sendable, Equatable {
    /// The file; `-` for standard input.
    public var path: String
    /// Number or id of the visit report for rows that name none, or `latest` for the newest.
    public var visit: String?
    /// What separates fields; found out unless given.
    public var delimiter: UInt8?
    /// The encoding; found out unless given.
    public var encoding: ImportEncoding?
    /// Pass over columns that the table does not have.
    public var ignoresUnknown = false
    /// Give up when more rows than this are rejected.
    public var maxErrors: Int?
    /// Where rejected rows go; nil for ``defaultRejectsPath``.
    public var rejectsPath: String?
    /// Do everything, and undo it.
    public var isDryRun = false

    /// Makes options with their defaults.
    public init(path: String) { self.path = path }

    /// Whether standard input is imported.
    public var isStandardInput: Bool { path == "-" }

    /// `<file>.rejects.csv` beside the file; `stdin.rejects.csv` in the current folder for standard input.
    public var defaultRejectsPath: String { isStandardInput ? "stdin.rejects.csv" : "\(path).rejects.csv" }

    /// Where rejected rows go. A dry run leaves no file unless one was asked for.
    public var effectiveRejectsPath: String? { rejectsPath ?? (isDryRun ? nil : defaultRejectsPath) }
}

/// The encodings that can be told.
public enum ImportEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case windows1252 = "windows-1252"

    var textEncoding: TextEncoding {
        switch self {
        case .utf8: .utf8
        case .utf16LittleEndian: .utf16LittleEndian
        case .utf16BigEndian: .utf16BigEndian
        case .windows1252: .windows1252
        }
    }
}
