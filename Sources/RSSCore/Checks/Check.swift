import RSSModel

/// A check as data: what it looks for, why, from which limit on and by whose word.
///
/// A capability contributes its checks in a static list of these, and makes them in a function that returns a
/// ``CheckReport`` for each:
///
/// ```swift
/// extension CacheInspector {
///     package static let checks = [
///         Check(
///             "redis.evictions", "Keys evicted before their time", severity: .warning,
///             why: "A key that is evicted is computed again by the next reader.",
///             threshold: "more than 1 % of the keys that were written in the window",
///             source: "Redis documentation, Key eviction", trial: "redis-cli config set maxmemory 2mb")
///     ]
///
///     package func reports() async throws -> [CheckReport] {
///         let info = try await redis.info()
///         return Self.checks.map { $0.report(judge($0, info)) }
///     }
/// }
/// ```
///
/// One key has one meaning everywhere: `analyze`, `partition check`, `doctor` and the metrics choose among the same checks.
package struct Check: Sendable, Equatable, Encodable {
    /// Stable key, area and name: `index.unused`. Ignore lists and baselines refer to it.
    package let key: String
    /// A few words: what is found.
    package let title: String
    /// The severity of its gravest finding.
    package let severity: Verdict
    /// Why it matters, in one to three sentences.
    package let why: String
    /// From which limit on something is a finding, in words.
    package let threshold: String
    /// Where the rule and the limit come from: a chapter of a manual, a measurement.
    package let source: String
    /// Statements or commands that plant the fault in a scratch database, to see the check work; nil where that takes more.
    package let trial: String?
    /// Rights and extensions without which it is blind: `pg_monitor`, `pg_stat_statements`.
    package let needs: [String]
    /// How sure its findings are.
    package let confidence: Confidence

    /// Makes a check.
    package init(
        _ key: String, _ title: String, severity: Verdict, why: String, threshold: String, source: String,
        trial: String? = nil, needs: [String] = [], confidence: Confidence = .measured
    ) {
        self.key = key
        self.title = title
        self.severity = severity
        self.why = why
        self.threshold = threshold
        self.source = source
        self.trial = trial
        self.needs = needs
        self.confidence = confidence
    }

    /// The part of the key before the dot: `index`.
    package var area: String { String(key.prefix { $0 != "." }) }

    /// Whether a word of `--only` means this check: its key, its area, or the begin of its key up to a dot.
    package func isNamed(by word: String) -> Bool { key == word || key.hasPrefix("\(word).") }

    /// The check with its outcome.
    ///
    /// - Parameter confidence: where an outcome is surer or less sure than usual, for example by the age of statistics.
    package func report(_ outcome: CheckOutcome, confidence: Confidence? = nil) -> CheckReport {
        CheckReport(
            check: key, title: title, why: why, outcome: outcome, confidence: confidence ?? self.confidence)
    }
}

/// How sure an outcome is, and on what it rests.
package struct Confidence: Sendable, Equatable, Encodable {
    /// How sure.
    package enum Level: String, Sendable, Encodable {
        /// Read from the catalog or counted: it is so.
        case measured
        /// Computed from statistics or samples: it is about so.
        case estimated
        /// Statistics are old, or the sample is small.
        case uncertain
    }

    /// How sure.
    package let level: Level
    /// What it rests on, as a few words: `statistics of 2027-03-01`, `a window of 30 s`.
    package let basis: String?

    package init(_ level: Level, basis: String? = nil) {
        self.level = level
        self.basis = basis
    }

    /// Read from the catalog, or counted.
    package static let measured = Confidence(.measured)
    /// Computed from something.
    package static func estimated(_ basis: String) -> Confidence { Confidence(.estimated, basis: basis) }
    /// Old statistics, or a small sample.
    package static func uncertain(_ basis: String) -> Confidence { Confidence(.uncertain, basis: basis) }
}
