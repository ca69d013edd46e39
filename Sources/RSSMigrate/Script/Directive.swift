import RSSCore
import SQLScript

/// What a comment in a migration asks of rssctl: `-- rssctl:allow drop-table not read since May`.
package enum Directive: Sendable, Equatable {
    /// How a file is to be run; must agree with what its statements need.
    package enum Transaction: String, Sendable, CaseIterable {
        /// Each statement by itself, outside any transaction.
        case none
        /// The file as a whole, in one transaction.
        case file
    }

    /// How a data change is to be cut into batches.
    package struct Backfill: Sendable, Equatable {
        /// Rows in a batch, at least 1.
        package var batch: Int
        /// The column that is gone along: unique, and indexed first.
        package var key: String
        /// How long to rest between batches.
        package var pause: Duration

        /// Makes it.
        package init(batch: Int, key: String, pause: Duration = .zero) {
            self.batch = batch
            self.key = key
            self.pause = pause
        }
    }

    /// `rssctl:transaction none|file`
    case transaction(Transaction)
    /// `rssctl:allow RULE reason`: no finding of the rule for the statement that follows.
    case allow(rule: String, reason: String)
    /// `rssctl:allow-file RULE reason`: none for the whole file.
    case allowFile(rule: String, reason: String)
    /// `rssctl:backfill batch=1000 key=id [pause=100ms]`: the statement that follows is run in batches.
    case backfill(Backfill)
    /// `rssctl:replace`: the function or view that follows may be dropped and re-created.
    case replace

    /// The words that may follow `rssctl:`.
    package static let words = ["allow", "allow-file", "backfill", "replace", "transaction"]

    /// Reads a comment; nil for one that does not begin with `rssctl:`.
    ///
    /// - Throws: ``DirectiveError`` for an unknown or malformed directive.
    package static func parse(_ comment: ScriptComment) throws -> Directive? {
        guard comment.text.hasPrefix("rssctl:") else { return nil }
        let rest = comment.text.dropFirst("rssctl:".count)
        var words = rest.split(whereSeparator: \.isWhitespace)
        guard !words.isEmpty, rest.first?.isWhitespace == false else {
            throw DirectiveError(.unknown(words.first.map(String.init) ?? ""), at: comment.position)
        }
        let word = words.removeFirst()
        switch word {
        case "transaction":
            guard words.count == 1, let mode = Transaction(rawValue: String(words[0])) else {
                throw DirectiveError(.transactionMode, at: comment.position)
            }
            return .transaction(mode)
        case "allow", "allow-file":
            guard words.count >= 2 else { throw DirectiveError(.reasonMissing, at: comment.position) }
            let (rule, reason) = (String(words[0]), words.dropFirst().joined(separator: " "))
            return word == "allow" ? .allow(rule: rule, reason: reason) : .allowFile(rule: rule, reason: reason)
        case "backfill": return .backfill(try backfill(words, at: comment.position))
        case "replace":
            guard words.isEmpty else { throw DirectiveError(.surplus(String(words[0])), at: comment.position) }
            return .replace
        default: throw DirectiveError(.unknown(String(word)), at: comment.position)
        }
    }

    private static func backfill(_ words: [Substring], at position: ScriptPosition) throws -> Backfill {
        var values: [Substring: Substring] = [:]
        for word in words {
            let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, ["batch", "key", "pause"].contains(pair[0]), values[pair[0]] == nil else {
                throw DirectiveError(.surplus(String(word)), at: position)
            }
            values[pair[0]] = pair[1]
        }
        guard let batch = values["batch"].flatMap({ Int($0) }), (1...1_000_000).contains(batch),
            let key = values["key"], key.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_$]*|"[^"]+"/) != nil
        else { throw DirectiveError(.backfill, at: position) }
        guard let pause = values["pause"].map({ DurationText.parse(String($0)) }) ?? .zero else {
            throw DirectiveError(.backfill, at: position)
        }
        // As PostgreSQL reads a name: lower case unless quoted.
        let column = key.hasPrefix("\"") ? String(key.dropFirst().dropLast()) : key.lowercased()
        return Backfill(batch: batch, key: column, pause: pause)
    }
}
