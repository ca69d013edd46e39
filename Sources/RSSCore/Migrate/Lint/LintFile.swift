import SQLScript

/// A file as the linter reads it.
public struct LintFile: Sendable {
    /// What the file is for, told by its name.
    public enum Kind: String, Sendable {
        /// `V0001__what_it_does.sql`, and any other name: run once.
        case versioned
        /// `R__what_it_makes.sql`: run whenever it has changed.
        case repeatable
        /// `….down.sql`: takes a migration back.
        case down
    }

    /// The name as it is told, a path where one was given.
    public let name: String
    /// What it is for.
    public let kind: Kind
    /// The statements; none where the file cannot be read.
    public let statements: [LintStatement]
    /// What makes the file unreadable; nil for one that was read.
    public let problem: ScriptError?

    /// Reads a file.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        let last = name.split(separator: "/").last ?? ""
        kind = last.hasPrefix("R__") ? .repeatable : last.hasSuffix(".down.sql") ? .down : .versioned
        do throws(ScriptError) {
            let sources = try Self.split(bytes)
            statements = zip(sources, Parser.parse(sources.map(\.text))).map { LintStatement(source: $0, outcome: $1) }
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
    var isOneTransaction: Bool { statements.allSatisfy { TransactionMode.isAllowedInTransaction($0.tree) } }
}

/// A statement with its tree and what the comments before it say.
public struct LintStatement: Sendable {
    /// The statement.
    public let source: ScriptStatement
    /// How it was parsed.
    public let outcome: Parser.Outcome
    /// The directives before it, with their places.
    public let directives: [(directive: Directive, position: ScriptPosition)]
    /// Comments that would be directives and are none.
    public let directiveErrors: [DirectiveError]

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
    public var tree: ParseNode { if case .tree(let tree) = outcome { tree } else { .null } }

    /// Whether the function or view may be dropped and made anew.
    var isReplacement: Bool { directives.contains { $0.directive == .replace } }

    /// Whether it is cut into batches.
    var isBackfill: Bool { directives.contains { if case .backfill = $0.directive { true } else { false } } }
}
