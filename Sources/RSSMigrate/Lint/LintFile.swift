import SQLScript

/// A file as the linter reads it.
package struct LintFile: Sendable {
    /// What the file is for, by its name.
    package enum Kind: String, Sendable {
        /// `V0001__what_it_does.sql`, and any other name: run once.
        case versioned
        /// `R__what_it_makes.sql`: run whenever it has changed.
        case repeatable
        /// `….down.sql`: reverts a migration.
        case down
    }

    /// The name as it is reported, a path where one was given.
    package let name: String
    /// What it is for.
    package let kind: Kind
    /// The statements; none where the file cannot be read.
    package let statements: [LintStatement]
    /// What makes the file unreadable; nil for one that was read.
    package let problem: ScriptError?

    /// Reads a file.
    package init(name: String, bytes: [UInt8]) {
        self.name = name
        let last = name.split(separator: "/").last ?? ""
        kind = last.hasPrefix("R__") ? .repeatable : last.hasSuffix(".down.sql") ? .down : .versioned
        do throws(ScriptError) {
            let sources = try Self.split(bytes)
            var read = zip(sources, Parser.parse(sources.map(\.text))).map { LintStatement(source: $0, outcome: $1) }
            if read.first?.directives.contains(where: { $0.directive == .transaction(.none) }) == true {
                for index in read.indices { read[index].isAlone = true }
            }
            statements = read
            problem = nil
        } catch {
            statements = []
            problem = error
        }
    }

    private static func split(_ bytes: [UInt8]) throws(ScriptError) -> [ScriptStatement] {
        do {
            return try Splitter(bytes).statements()
        } catch let error as ScriptError {
            throw error
        } catch {
            // The splitter throws nothing else.
            return []
        }
    }

    /// Whether all statements may share one transaction.
    var isOneTransaction: Bool { statements.allSatisfy(\.mayShareTransaction) }
}

/// A statement with its tree and what the comments before it say.
package struct LintStatement: Sendable {
    /// The statement.
    package let source: ScriptStatement
    /// How it was parsed.
    package let outcome: Parser.Outcome
    /// The directives before it, with their places.
    package let directives: [(directive: Directive, position: ScriptPosition)]
    /// Comments that begin like directives and are not valid ones.
    package let directiveErrors: [DirectiveError]
    /// Whether its file says that no transaction spans its statements.
    var isAlone = false

    init(source: ScriptStatement, outcome: Parser.Outcome) {
        self.source = source
        self.outcome = outcome
        var found: [(Directive, ScriptPosition)] = []
        var errors: [DirectiveError] = []
        for comment in source.comments {
            do {
                if let directive = try Directive.parse(comment) { found.append((directive, comment.position)) }
            } catch let error as DirectiveError {
                errors.append(error)
            } catch {
                // Parsing a directive throws nothing else.
            }
        }
        directives = found.map { (directive: $0.0, position: $0.1) }
        directiveErrors = errors
    }

    /// The tree; null where there is none.
    package var tree: ParseNode { if case .tree(let tree) = outcome { tree } else { .null } }

    /// Of a CREATE TABLE that cannot be parsed, one that makes a table of the name: what follows in the script is judged by
    /// what there is. Null for any other statement.
    var standIn: ParseNode {
        let bytes = Array(source.text.utf8)
        let tokens = source.tokens.filter { !$0.isComment }
        func text(_ token: Token) -> String { String(decoding: bytes[token.range], as: UTF8.self) }
        guard tokens.first.map(text)?.uppercased() == "CREATE",
            let begin = tokens.firstIndex(where: { $0.kind == .word && text($0).uppercased() == "TABLE" }), begin <= 3
        else { return .null }
        let rest = tokens[(begin + 1)...].drop {
            $0.kind == .word && ["IF", "NOT", "EXISTS"].contains(text($0).uppercased())
        }
        let name = rest.prefix { [.word, .quotedIdentifier].contains($0.kind) || text($0) == "." }
        guard rest.dropFirst(name.count).first?.kind == .openParenthesis else { return .null }
        let made = Parser.parse(["CREATE TABLE \(name.map(text).joined()) ()"]).first
        return if case .tree(let tree) = made { tree } else { .null }
    }

    /// Whether it may share a transaction with its neighbours.
    var mayShareTransaction: Bool { !isAlone && TransactionMode.isAllowedInTransaction(source, tree) }

    /// Whether the function or view may be dropped and re-created.
    var isReplacement: Bool { directives.contains { $0.directive == .replace } }

    /// Whether it is cut into batches.
    var isBackfill: Bool { directives.contains { if case .backfill = $0.directive { true } else { false } } }
}
