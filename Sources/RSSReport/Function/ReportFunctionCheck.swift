import PostgresClient
import RSSCore
import RSSModel

/// Probes the function that the backend reads visit reports with, whatever its body is: it is called, and its answers are
/// compared with what rssctl's own engine finds in the same snapshot.
///
/// Each call is a transaction of its own that only reads, is bounded by a statement timeout, and is rolled back, so that also a
/// setting that the function changes is gone. A function of a role with fewer rights than the session's is not called.
package struct ReportFunctionCheck: Sendable {
    let reader: ReportReader
    let organization: String?
    let callTimeout: Duration

    /// Makes a check.
    ///
    /// - Parameters:
    ///   - organization: whose reports are asked for, by id or name; nil for one with many.
    ///   - callTimeout: the longest time for a call, and for each statement of rssctl's own.
    package init(_ connection: PostgresConnection, organization: String? = nil, callTimeout: Duration = .seconds(5)) {
        reader = ReportReader(connection)
        self.organization = organization
        self.callTimeout = callTimeout
    }

    var connection: PostgresConnection { reader.connection }

    /// Makes all probes.
    ///
    /// - Throws: ``ReportError``, `PostgresError` where the session was lost, `CancellationError`.
    package func run(_ progress: ProgressReporter) async throws -> [CheckReport] {
        let functions = try await ReportFunction.all(connection)
        let callable = functions.filter(\.takesCall)
        var reports = [Self.exists.report(try await .of { try await judgeExistence(functions) })]
        let subject = try await subject()
        var candidates: [Candidate] = []
        for function in callable { candidates.append(try await candidate(function, subject)) }
        for probe in Self.probes {
            reports.append(
                try await progress.phase(probe.check.key) {
                    try await report(probe, candidates, subject)
                })
        }
        return reports
    }

    /// Why something was not seen, and how to see it.
    typealias Unseen = (reason: String, hint: String?)

    /// A probe: the check that it is, and how one function is judged.
    struct Probe: Sendable {
        let check: Check
        /// Whether it is made although a call without filters fails.
        var isFirst = false
        let judge: @Sendable (ReportFunctionCheck, ReportFunction, ReportSubject) async throws -> CheckOutcome
    }

    private func subject() async throws -> ReportSubject? {
        do {
            return try await ReportSubject.find(reader, organization: organization)
        } catch let error as PostgresError where [.queryCanceled, .lockNotAvailable].contains(error.sqlState) {
            throw ReportError.noSubject(reason: error.message)
        }
    }

    /// A function that may be called.
    private struct Candidate {
        let function: ReportFunction
        /// Why it is not called; nil where it is.
        let obstacle: Unseen?
        /// Whether a call without filters fails, so that the probes after the first can say nothing.
        let fails: Bool
    }

    private func candidate(_ function: ReportFunction, _ subject: ReportSubject?) async throws -> Candidate {
        let obstacle = try await obstacle(function, subject)
        guard obstacle == nil, let subject else {
            return Candidate(function: function, obstacle: obstacle, fails: false)
        }
        do {
            guard case .failed = try await ask(function, ReportCall(subject.organization)) else {
                return Candidate(function: function, obstacle: nil, fails: false)
            }
            return Candidate(function: function, obstacle: nil, fails: true)
        } catch let error as any BlindingError {
            return Candidate(function: function, obstacle: (error.report.message, error.report.hint), fails: false)
        } catch let error as PostgresError where !error.isConnectivity {
            return Candidate(function: function, obstacle: (error.message, error.hint), fails: false)
        }
    }

    /// Why a function cannot be probed; nil where it can.
    private func obstacle(_ function: ReportFunction, _ subject: ReportSubject?) async throws -> Unseen? {
        if !function.mayCall {
            return (
                "the role may not call \(function.signature)", "GRANT EXECUTE ON FUNCTION \(function.signature) TO …"
            )
        }
        if !function.hasPlainTypes { return ("\(function.signature) takes types that are not PostgreSQL's own", nil) }
        if subject == nil { return ("visit_reports holds no reports", "rssctl report check --scratch") }
        do {
            try await connection.refuseForeignFunctions([function.oid])
        } catch let error as ForeignCode {
            return (error.report.message, error.report.hint)
        }
        return nil
    }

    private func report(
        _ probe: Probe, _ candidates: [Candidate], _ subject: ReportSubject?
    ) async throws -> CheckReport {
        var findings: [Finding] = []
        var unseen: Unseen?
        if candidates.isEmpty { unseen = ("there is no function to call", Self.fix) }
        for candidate in candidates {
            guard let subject, candidate.obstacle == nil else {
                unseen = unseen ?? candidate.obstacle
                continue
            }
            let function = candidate.function
            let outcome =
                candidate.fails && !probe.isFirst
                ? .blind(reason: "every call of \(function.signature) fails: see report.call", hint: Self.fix)
                : try await CheckOutcome.of { try await probe.judge(self, function, subject) }
            findings += outcome.findings
            unseen = unseen ?? outcome.unseen
        }
        return probe.check.report(CheckOutcome(findings, unseen: unseen))
    }

    /// What replaces a function that answers wrongly.
    static let fix = "rssctl report install"
}

extension ReportFunctionCheck {
    /// Thrown to roll the transaction of a call back; it holds how the call ended.
    private struct Asked: Error { let reply: ReportReply }

    /// Calls a function as the backend does, with its path, and asks rssctl's own engine for the same.
    ///
    /// - Throws: ``ForeignCode``, `PostgresError` of rssctl's own statements or of a session that was lost.
    func ask(_ function: ReportFunction, _ call: ReportCall) async throws -> ReportReply {
        do {
            return try await connection.transaction(isolation: .repeatableRead, readOnly: true) { () -> ReportReply in
                throw Asked(reply: try await reply(function, call))
            }
        } catch let asked as Asked {
            return asked.reply
        }
    }

    private func reply(_ function: ReportFunction, _ call: ReportCall) async throws -> ReportReply {
        let tables = try await ApplicationTables(connection)
        try await connection.refuseForeignCode(.reading, in: tables)
        try await connection.refuseForeignFunctions([function.oid])
        // Ours first: the function may change settings of the session, and finds what is read in the cache.
        let jit = try await connection.query("SELECT current_setting('jit')").first?.decode(String.self, at: 0)
        try await connection.execute("SET LOCAL jit = off")
        let began = ContinuousClock.now
        let expected = try await reader.page(call.filter, in: tables)
        let own = began.duration(to: .now)
        try await connection.execute("SET LOCAL jit = \(jit == "on" ? "on" : "off")")
        let types = zip(1..., function.types.prefix(ReportFunction.arguments)).map { "$\($0)::\($1)" }
        let name = try await connection.quote(RelationName(schema: function.schema, name: ReportFunction.name))
        let sql =
            "SELECT f.total_count::pg_catalog.text, f.visit_data::pg_catalog.text FROM \(name)(\(types.joined(separator: ", "))) AS f"
        do {
            let called = ContinuousClock.now
            let rows = try await connection.along(connection.userSearchPath) {
                try await connection.query(sql, call.arguments.map { $0 as any PostgresEncodable })
            }
            let took = called.duration(to: .now)
            let row = rows.first
            let answer = try ReportAnswer(
                rows: rows.count, total: row?.text(at: 0).flatMap { Int64($0) }, data: row?.text(at: 1))
            return .answer(answer, expected: expected, took: took, own: own)
        } catch let error as PostgresError where !error.isConnectivity {
            return try Self.reply(to: error, own: own)
        } catch is DecodingError {
            return .failed("visit_data is not a list of objects")
        }
    }

    private static func reply(to error: PostgresError, own: Duration) throws -> ReportReply {
        switch error.sqlState?.rawValue {
        case "57014": return .timedOut(own: own)
        case "42501": return .unseen(reason: error.message, hint: error.hint)
        case "55P03":
            return .unseen(reason: "another session holds a lock", hint: "run it again when the lock is released")
        case "25006":
            return .unseen(reason: "the function writes (\(error.message)), and the check only reads", hint: nil)
        // The server is short of something, or another transaction was in the way.
        case let state? where ["40", "53", "54", "58"].contains(state.prefix(2)):
            return .unseen(reason: error.message, hint: error.hint)
        default: return .failed(error.message)
        }
    }
}
