/// What is reported of an error to users, scripts and the journal: what happened, to what, why, and what to do next.
package struct ErrorReport: Sendable, Encodable, Equatable {
    /// Stable code, for example `RSS-IMPORT-014`; each is explained in Docs/error-codes.md.
    package var code: String
    /// The exit status that this error leads to.
    package var exit: ExitStatus
    /// What happened, to what; one sentence without a full stop.
    package var message: String
    /// Why, as far as it is known.
    package var detail: String?
    /// The next step, as a command where there is one.
    package var hint: String?
    /// Five-character SQLSTATE where PostgreSQL reported the error.
    package var sqlState: String?
    /// The SQL statement concerned, without parameter values.
    package var statement: String?
    /// Where in a file the cause is.
    package var place: SourcePlace?
    /// The sessions that held a lock, where one could not be acquired.
    package var blockers: [BlockingSession]?

    /// Makes a report; everything but code, exit status and message may be left out.
    package init(
        code: String, exit: ExitStatus, message: String, detail: String? = nil, hint: String? = nil,
        sqlState: String? = nil, statement: String? = nil, place: SourcePlace? = nil,
        blockers: [BlockingSession]? = nil
    ) {
        self.code = code
        self.exit = exit
        self.message = message
        self.detail = detail
        self.hint = hint
        self.sqlState = sqlState
        self.statement = statement
        self.place = place
        self.blockers = blockers
    }
}

extension ErrorReport {
    /// Message, detail and hint in one line, each a sentence: `no policy. It has no partitions. Set one: rssctl …`
    ///
    /// A hint ends as it is written: where a command to be typed is its end, without a full stop.
    package var line: String {
        func closed(_ text: String) -> String { text.last.map { ".?!".contains($0) } == true ? text : "\(text)." }
        return ([message, detail].compactMap(\.self).map(closed) + [hint].compactMap(\.self)).joined(separator: " ")
    }

    /// The report with its hint changed.
    package func mappingHint(_ change: (String) -> String) -> ErrorReport {
        var report = self
        report.hint = hint.map(change)
        return report
    }
}

/// A place in a file; line and column count from 1, columns in characters.
package struct SourcePlace: Sendable, Codable, Equatable, CustomStringConvertible {
    /// The file as the user named it.
    package var file: String
    /// Line, from 1.
    package var line: Int
    /// Column in characters, from 1; nil where the whole line is meant.
    package var column: Int?

    /// Makes a place.
    package init(file: String, line: Int, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, the form that editors and CI systems make clickable.
    package var description: String {
        column.map { "\(file):\(line):\($0)" } ?? "\(file):\(line)"
    }
}

/// An error that describes itself as a report.
///
/// Each capability has its own error types, one case per condition, so that a caller can catch exactly one; this protocol
/// is how they all reach the terminal, the JSON output and the journal.
package protocol ReportableError: Error {
    /// The error as it is reported.
    var report: ErrorReport { get }
}
