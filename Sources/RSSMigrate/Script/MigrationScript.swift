import RSSCore
import RSSModel
import SQLScript

/// A file of SQL, read: its statements, and how they are run.
package struct MigrationScript: Sendable, Equatable {
    /// The file's name.
    package let file: String
    /// SHA-256 of the file.
    package let checksum: String
    /// SHA-256 over the statements without comments and white space: unchanged by an edit that changes nothing.
    package let contentHash: String
    /// The statements in order.
    package let statements: [MigrationStatement]

    /// Whether a statement takes another role.
    var switchesRole: Bool {
        statements.contains { $0.traits.contains(.setsRole) }
    }

    /// The statements as they are run.
    package var groups: [StatementGroup] { StatementGroup.divide(statements) }

    /// How many statements are parsed at once.
    private static let batch = 500

    /// Reads a file.
    ///
    /// - Throws: ``MigrateError`` for a file that is not an SQL script, or holds what a migration must not.
    package init(file: String, bytes: [UInt8]) throws {
        self.file = file
        checksum = Digest.sha256.hex(bytes)
        var statements: [MigrationStatement] = []
        var mode: Directive.Transaction?
        do {
            var splitter = try Splitter(bytes)
            // Parsed a few at a time: the trees of a large file of data would take many times its size.
            while case let sources = try splitter.next(Self.batch), !sources.isEmpty {
                if statements.isEmpty { mode = Self.mode(of: sources.first) }
                for (source, outcome) in zip(sources, Parser.parse(sources.map(\.text))) {
                    statements.append(try MigrationStatement(source, outcome, file: file, mode: mode))
                }
            }
        } catch let error as ScriptError {
            throw MigrateError.unreadable(error, file: file)
        }
        self.statements = statements
        contentHash = Self.hash(statements)
        if let statement = statements.first(where: \.isTransactionControl) {
            throw MigrateError.transactionControl(place: SourcePlace(statement.source.position, in: file))
        }
        // Any statement can be run by itself; what cannot be in a transaction cannot be in that of its file.
        if mode == .file, let contrary = statements.first(where: { !$0.action.isTransactional }) {
            throw MigrateError.transactionDirective(place: SourcePlace(contrary.source.position, in: file))
        }
    }

    /// SHA-256 over the hashes of the statements, a line each.
    private static func hash(_ statements: [MigrationStatement]) -> String {
        let digest = DigestStream()
        for statement in statements {
            if statement.ordinal > 1 { digest.update("\n") }
            digest.update(statement.hash)
        }
        return digest.hex()
    }

    /// What a file says of its transactions, before its first statement.
    private static func mode(of first: ScriptStatement?) -> Directive.Transaction? {
        // A directive that cannot be read is reported with its statement.
        let directives = (first?.comments ?? []).compactMap { try? Directive.parse($0) }
        return directives.lazy.compactMap { if case .transaction(let mode) = $0 { mode } else { nil } }.first
    }

    /// The place in the file of a character of a statement, from 1; the statement's beginning for nil.
    func place(of character: Int?, in statement: MigrationStatement) -> SourcePlace {
        let start = statement.source.position
        guard let character else { return SourcePlace(start, in: file) }
        let before = statement.source.text.unicodeScalars.prefix(max(0, character - 1))
        let position = LineMap(Array(String(before).utf8)).position(at: .max)
        return SourcePlace(
            file: file, line: start.line + position.line - 1,
            column: position.line == 1 ? start.column + position.column - 1 : position.column)
    }
}

extension SourcePlace {
    /// A position of a script in its file.
    init(_ position: ScriptPosition, in file: String) {
        self.init(file: file, line: position.line, column: position.column)
    }
}
