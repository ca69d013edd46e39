import CPgQuery
import Foundation

/// A statement that PostgreSQL's grammar does not accept.
package struct GrammarError: Error, Sendable, Equatable {
    /// PostgreSQL's own words.
    package let message: String
    /// Where in the statement, in characters from 1; nil where it is not given.
    package let character: Int?

    /// Makes an error.
    package init(message: String, character: Int?) {
        self.message = message
        self.character = character
    }
}

/// PostgreSQL's own parser, by way of libpg_query.
package enum Parser {
    /// The major version of PostgreSQL whose grammar it is, that of the libpg_query that rssctl was built with.
    package static let grammarMajor = Int(PG_VERSION_NUM) / 10_000

    /// How a statement was read.
    package enum Outcome: Sendable, Equatable {
        /// The tree of the statement: one node, wrapped in its type.
        case tree(ParseNode)
        /// The grammar does not accept it.
        case refused(GrammarError)
        /// Too long to be read: presumably data.
        case tooLong
    }

    /// The longest statement that is parsed, in bytes.
    package static let longest = 1 << 19

    /// Stack for each byte of a statement: with it, no text overflows the stack. A stack for the longest one would be
    /// refused where memory is limited.
    private static let stackPerByte = 1024

    /// Parses statements, each by itself.
    package static func parse(_ statements: [String]) -> [Outcome] {
        // The parser of PostgreSQL recurses; on a thread of the size that Dispatch makes, a long expression would
        // overflow the stack.
        let box = Box()
        let thread = Thread {
            box.fill(statements.map(parseOne))
        }
        let longest = statements.map(\.utf8.count).filter { $0 <= Self.longest }.max() ?? 0
        thread.stackSize = (1 << 20) + longest * stackPerByte
        thread.start()
        return box.wait()
    }

    /// Whether the grammar accepts a text as one statement.
    static func accepts(_ statement: String) -> Bool {
        if case .tree? = parse([statement]).first { true } else { false }
    }

    private static func parseOne(_ statement: String) -> Outcome {
        guard statement.utf8.count <= longest else { return .tooLong }
        let result = pg_query_parse(statement)
        defer { pg_query_free_parse_result(result) }
        if let error = result.error?.pointee {
            let position = error.cursorpos > 0 ? Int(error.cursorpos) : nil
            return .refused(GrammarError(message: String(cString: error.message), character: position))
        }
        guard let json = result.parse_tree else { return .tooLong }
        let tree = ParseNodeReader.read(json, count: strlen(json))
        return .tree(tree.list("stmts").first?["stmt"] ?? .null)
    }

    /// What a PL/pgSQL function's body is refused for; nil for a body that can be read. The statement is the whole
    /// CREATE FUNCTION.
    package static func plpgsqlError(_ statement: String) -> GrammarError? {
        let result = pg_query_parse_plpgsql(statement)
        defer { pg_query_free_plpgsql_parse_result(result) }
        guard let error = result.error?.pointee else { return nil }
        return GrammarError(message: String(cString: error.message), character: nil)
    }
}

/// Hands a result from one thread to another. `@unchecked Sendable`: written once before the signal, read after it.
private final class Box: @unchecked Sendable {
    private var outcomes: [Parser.Outcome] = []
    private let filled = DispatchSemaphore(value: 0)

    func fill(_ outcomes: [Parser.Outcome]) {
        self.outcomes = outcomes
        filled.signal()
    }

    func wait() -> [Parser.Outcome] {
        filled.wait()
        return outcomes
    }
}
