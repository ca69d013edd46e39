/// What a check, a run or a row comes to, as a word that is coloured alike everywhere.
package enum Verdict: String, Sendable, Codable, CaseIterable {
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
package struct Finding: Sendable, Codable, Equatable {
    /// Stable key of the check, for example `index.invalid`.
    package var check: String
    /// ``Verdict/info``, ``Verdict/warning`` or ``Verdict/critical``.
    package var severity: Verdict
    /// The object concerned, quoted as SQL would quote it.
    package var object: String
    /// One sentence with the figures.
    package var detail: String
    /// What was measured, in the unit of the threshold.
    package var measured: Double?
    /// The limit that was passed.
    package var threshold: Double?
    /// SQL or a command that mends it.
    package var fix: String?

    /// Makes a finding.
    package init(
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
package enum CheckOutcome: Sendable, Equatable {
    /// Looked, and found nothing; the text says what was seen.
    case ok(String?)
    /// Looked, and found something.
    case findings([Finding])
    /// Found something, and could not look everywhere: the reason, and the way to see the rest.
    case partial([Finding], reason: String, hint: String?)
    /// Could not look; the reason, and the way to see.
    case blind(reason: String, hint: String?)

    /// The outcome of a look that found this, and could not see that.
    package init(_ findings: [Finding], unseen: (reason: String, hint: String?)? = nil) {
        self =
            switch (findings.isEmpty, unseen) {
            case (true, nil): .ok(nil)
            case (false, nil): .findings(findings)
            case (true, let unseen?): .blind(reason: unseen.reason, hint: unseen.hint)
            case (false, let unseen?): .partial(findings, reason: unseen.reason, hint: unseen.hint)
            }
    }

    /// What was found.
    package var findings: [Finding] {
        switch self {
        case .findings(let findings), .partial(let findings, _, _): findings
        case .ok, .blind: []
        }
    }

    /// Why it was not seen, or not everywhere; nil where all was seen.
    package var unseen: (reason: String, hint: String?)? {
        switch self {
        case .blind(let reason, let hint), .partial(_, let reason, let hint): (reason, hint)
        case .ok, .findings: nil
        }
    }

    /// The gravest verdict in the outcome.
    package var verdict: Verdict {
        let found = findings.map(\.severity)
        if found.contains(.critical) { return .critical }
        if found.contains(.warning) { return .warning }
        if unseen != nil { return .blind }
        return found.isEmpty ? .ok : .info
    }
}
