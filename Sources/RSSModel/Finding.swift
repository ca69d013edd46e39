/// The outcome of a check, a run or a row, as a word with the same colour everywhere.
package enum Verdict: String, Sendable, Codable, CaseIterable {
    /// Checked, without a finding.
    case ok
    /// For information; no action is needed.
    case info
    /// Needs attention.
    case warning
    /// Needs action now.
    case critical
    /// Could not be checked: a right, an extension or a reachable server is missing. Never the same as ``ok``.
    case blind
    /// Done in this run.
    case done
    /// Done in this run, with something that needs attention.
    case findings
    /// Would be done, or is still to do.
    case pending
    /// Failed.
    case failed
    /// In progress.
    case running
    /// Interrupted.
    case interrupted
    /// Left out on purpose.
    case skipped
}

/// One thing that a check found, with what was measured and how to fix it.
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
    /// The limit that was exceeded.
    package var threshold: Double?
    /// SQL or a command that fixes it.
    package var fix: String?
    /// What the fix locks and blocks, its risk and how to undo it; nil where there is no fix, or it is not known yet.
    package var remedy: Remedy?

    /// Makes a finding.
    package init(
        check: String, severity: Verdict, object: String, detail: String, measured: Double? = nil,
        threshold: Double? = nil, fix: String? = nil, remedy: Remedy? = nil
    ) {
        self.check = check
        self.severity = severity
        self.object = object
        self.detail = detail
        self.measured = measured
        self.threshold = threshold
        self.fix = fix
        self.remedy = remedy
    }
}

/// What a fix does to a running server.
package struct Remedy: Sendable, Codable, Equatable {
    /// What kind of text the fix is.
    package enum Kind: String, Sendable, Codable {
        /// Statements that psql runs.
        case sql
        /// A command of the shell.
        case command
        /// What a person has to decide and do.
        case advice
    }

    /// What kind of text the fix is.
    package var kind: Kind
    /// The strongest lock on a table that it takes; nil where it takes none.
    package var lock: String?
    /// What waits while it runs.
    package var blocks: String
    /// What may go wrong.
    package var risk: String
    /// How to undo it; nil where that is not possible.
    package var undo: String?

    package init(kind: Kind, lock: String? = nil, blocks: String, risk: String, undo: String? = nil) {
        self.kind = kind
        self.lock = lock
        self.blocks = blocks
        self.risk = risk
        self.undo = undo
    }
}

/// How a check ended: three answers, not two.
package enum CheckOutcome: Sendable, Equatable {
    /// Checked, nothing found; the text says what was seen.
    case ok(String?)
    /// Checked, with findings.
    case findings([Finding])
    /// With findings, and not everything could be checked: the reason, and how to see the rest.
    case partial([Finding], reason: String, hint: String?)
    /// Could not be checked; the reason, and how to see it.
    case blind(reason: String, hint: String?)

    /// The outcome of a check with these findings that could not check everything.
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

    /// Why it was not checked, or not everywhere; nil where all was checked.
    package var unseen: (reason: String, hint: String?)? {
        switch self {
        case .blind(let reason, let hint), .partial(_, let reason, let hint): (reason, hint)
        case .ok, .findings: nil
        }
    }

    /// The most severe verdict of the outcome.
    package var verdict: Verdict {
        let found = findings.map(\.severity)
        if found.contains(.critical) { return .critical }
        if found.contains(.warning) { return .warning }
        if unseen != nil { return .blind }
        return found.isEmpty ? .ok : .info
    }
}
