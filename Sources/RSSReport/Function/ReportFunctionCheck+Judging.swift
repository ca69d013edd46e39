import PostgresClient
import RSSCore
import RSSModel

extension ReportFunctionCheck {
    /// A finding of a call.
    static func finding(
        _ check: Check, _ function: ReportFunction, _ call: ReportCall, _ what: String, measured: Double? = nil,
        threshold: Double? = nil, fix: String? = ReportFunctionCheck.fix
    ) -> Finding {
        Finding(
            check: check.key, severity: check.severity, object: function.signature, detail: "\(what) (\(call.words))",
            measured: measured, threshold: threshold, fix: fix)
    }

    /// Judges a call by its answer; what has none is a finding where it failed, else blind.
    func judge(
        _ check: Check, _ function: ReportFunction, _ call: ReportCall,
        _ body: (ReportAnswer, ReportPage) -> CheckOutcome
    ) async throws -> CheckOutcome {
        switch try await ask(function, call) {
        case .answer(let answer, let expected, _, _): return body(answer, expected)
        case .failed(let words): return .findings([Self.finding(check, function, call, "it fails: \(words)")])
        case .timedOut: return .blind(reason: late, hint: "rssctl report check --call-timeout 60s")
        case .unseen(let reason, let hint): return .blind(reason: reason, hint: hint)
        }
    }

    /// That a call took too long.
    var late: String { "no answer within \(callTimeout.words)" }

    /// Judges calls one after the other until one shows a fault.
    func judge(
        _ check: Check, _ function: ReportFunction, each calls: [ReportCall],
        _ body: (ReportCall, ReportAnswer, ReportPage) -> CheckOutcome
    ) async throws -> CheckOutcome {
        var unseen: Unseen?
        for call in calls {
            let outcome = try await judge(check, function, call) { body(call, $0, $1) }
            if !outcome.findings.isEmpty { return outcome }
            unseen = unseen ?? outcome.unseen
        }
        return CheckOutcome([], unseen: unseen)
    }

    /// Whether an answer has the reports and the total that are expected, in whatever order.
    func sameReports(
        _ check: Check, _ function: ReportFunction, _ call: ReportCall, _ answer: ReportAnswer, _ expected: ReportPage
    ) -> CheckOutcome {
        let total = expected.totalCount ?? 0
        if answer.total != total {
            return .findings([
                Self.finding(
                    check, function, call,
                    "total_count is \(answer.total.map { "\($0)" } ?? "NULL"), expected \(total)",
                    measured: answer.total.map(Double.init), threshold: Double(total))
            ])
        }
        let ids = expected.visits.map(\.id)
        if Set(answer.ids) != Set(ids) {
            let missing = Set(ids).subtracting(answer.ids).sorted()
            return .findings([
                Self.finding(
                    check, function, call,
                    missing.first.map {
                        "\(missing.count) of \(ids.count) reports of the page are missing, such as \($0)"
                    }
                        ?? "the page has reports that it must not have",
                    measured: Double(Set(answer.ids).intersection(ids).count), threshold: Double(ids.count))
            ])
        }
        return .ok(nil)
    }

    /// That the data does not show a fault; rows made for it would.
    static func noData(_ reason: String) -> CheckOutcome {
        .blind(reason: reason, hint: "rssctl report check --scratch")
    }

    /// Whether the backend's call is understood: by one function, on its path.
    func judgeExistence(_ functions: [ReportFunction]) async throws -> CheckOutcome {
        let check = Self.exists
        func found(_ what: String) -> CheckOutcome {
            .findings([
                Finding(
                    check: check.key, severity: check.severity, object: ReportFunction.name, detail: what,
                    fix: Self.fix)
            ])
        }
        // Parsed alone: nothing is planned or called.
        let parameters = (1...ReportFunction.arguments).map { "$\($0)" }.joined(separator: ", ")
        do {
            try await connection.transaction(readOnly: true) {
                try await connection.along(connection.userSearchPath) {
                    try await connection.executeScript(
                        """
                        PREPARE rssctl_report_check AS SELECT * FROM \(ReportFunction.name)(\(parameters));
                        DEALLOCATE rssctl_report_check
                        """)
                }
            }
            return .ok(nil)
        } catch let error as PostgresError where error.sqlState?.rawValue == "42725" {
            let all = functions.filter { $0.takesCall && $0.isOnPath }.map(\.signature)
            return found("the backend's call fails: \(error.message); it fits \(all.joined(separator: " and "))")
        } catch let error as PostgresError where error.sqlState == .undefinedFunction {
            let path = connection.userSearchPath
            if functions.isEmpty { return found("no function has this name") }
            if functions.contains(where: { $0.takesCall && !$0.isOnPath }) {
                return found("it is in schema \(functions.first?.schema ?? ""), which is not on the path \(path)")
            }
            return found(
                "none takes the backend's nine arguments: \(functions.map(\.signature).joined(separator: " and "))")
        }
    }
}

extension Duration {
    /// `35 ms`, `2.5 s`.
    var words: String {
        let milliseconds = self / .milliseconds(1)
        if milliseconds < 1000 { return "\(Int(milliseconds.rounded())) ms" }
        let tenths = Int((milliseconds / 100).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
