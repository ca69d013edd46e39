/// What a check, a run or a row comes to, as a word that is coloured alike everywhere.
public enum Verdict: String, Sendable, Codable, CaseIterable {
    /// Looked at, and well.
    case ok
    /// Worth knowing, nothing to do.
    case info
    /// Something to look at.
    case warning
    /// Something to do now.
    case critical
    /// Could not be looked at: a right, an extension or a reachable server is missing. Never the same as ``ok``.
    case blind
    /// Done in this run.
    case done
    /// Done in this run, with something to look at.
    case findings
    /// Would be done, or is still to do.
    case pending
    /// Did not work.
    case failed
    /// Still going on.
    case running
    /// Ended before its time.
    case interrupted
    /// Left out on purpose.
    case skipped
}

/// One thing that a check found, with what it was measured by and the way to mend it.
public struct Finding: Sendable, Codable, Equatable {
    /// Stable key of the check, for example `index.invalid`.
    public var check: String
    /// ``Verdict/info``, ``Verdict/warning`` or ``Verdict/critical``.
    public var severity: Verdict
    /// The object concerned, quoted as SQL would quote it.
    public var object: String
    /// One sentence with the figures.
    public var detail: String
    /// What was measured, in the unit of the threshold.
    public var measured: Double?
    /// The limit that was passed.
    public var threshold: Double?
    /// SQL or a command that mends it.
    public var fix: String?

    /// Makes a finding.
    public init(
        check: String, severity: Verdict, object: String, detail: String, measured: Double? = nil,
        threshold: Double? = nil, fix: String? = nil
    ) {
        self.check = check
        self.severity = severity
        self.object = object
        self.detail = detail
        self.measured = measured
        self.threshold = threshold
        self.fix = fix
    }
}

/// How a check ended: three answers, not two.
public enum CheckOutcome: Sendable, Equatable {
    /// Looked, and found nothing; the text says what was seen.
    case ok(String?)
    /// Looked, and found something.
    case findings([Finding])
    /// Could not look; the reason, and the way to see.
    case blind(reason: String, hint: String?)

    /// The gravest verdict in the outcome.
    public var verdict: Verdict {
        switch self {
        case .ok: .ok
        case .blind: .blind
        case .findings(let findings):
            findings.contains { $0.severity == .critical }
                ? .critical : findings.contains { $0.severity == .warning } ? .warning : .info
        }
    }
}
