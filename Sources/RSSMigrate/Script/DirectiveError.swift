import RSSCore
import SQLScript

/// A comment that begins with `rssctl:` and is not a directive.
package struct DirectiveError: Error, Sendable, Equatable {
    /// The kinds of error.
    package enum Problem: Sendable, Equatable {
        /// No directive has this name.
        case unknown(String)
        /// `transaction` without `none` or `file`.
        case transactionMode
        /// `allow` without a rule, or without a reason.
        case reasonMissing
        /// `backfill` without a batch of 1 to 1,000,000 rows and a key column, or with a pause that is not a duration.
        case backfill
        /// A word too many.
        case surplus(String)
    }

    /// What is wrong.
    package let problem: Problem
    /// Where the comment begins.
    package let position: ScriptPosition

    /// Makes an error.
    package init(_ problem: Problem, at position: ScriptPosition) {
        self.problem = problem
        self.position = position
    }

    /// One sentence without a full stop.
    package var message: String {
        switch problem {
        case .unknown(let word): "no directive is named '\(word)'"
        case .transactionMode: "the directive transaction takes none or file"
        case .reasonMissing: "the directive allow takes a rule and a reason"
        case .backfill: "the directive backfill takes batch=ROWS key=COLUMN and maybe pause=100ms"
        case .surplus(let word): "'\(word)' is not part of the directive"
        }
    }

    /// What to write instead.
    package var hint: String {
        switch problem {
        case .unknown(let word):
            EditDistance.closest(to: word, among: Directive.words).map { "Did you mean rssctl:\($0)?" }
                ?? "The directives are \(Directive.words.map { "rssctl:\($0)" }.joined(separator: ", "))."
        case .transactionMode: "Write it as: -- rssctl:transaction none"
        case .reasonMissing: "Write it as: -- rssctl:allow drop-table not read since May"
        case .backfill: "Write it as: -- rssctl:backfill batch=1000 key=id pause=100ms"
        case .surplus: "Remove it."
        }
    }
}
