import PostgresClient
import RSSCore
import RSSModel

/// Runs the checks that are queries, without reading a user's table.
///
/// No query waits long for a lock that another session holds; what wait remains is bounded by the session's
/// `lock_timeout` (``lockTimeout``), after which a check is blind.
package struct PerformanceAnalyzer: Sendable {
    /// The longest wait for a lock of a session that runs checks.
    package static let lockTimeout = Duration.milliseconds(100)

    let connection: PostgresConnection

    /// Makes an analyzer on a session that is read-only and has ``lockTimeout`` by its settings.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// Runs every check; one that fails is blind, and never stops the others.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    package func run(_ checks: [PerformanceCheck], _ progress: ProgressReporter) async throws
        -> [CheckReport]
    {
        let rights = try await Rights(
            connection, columns: checks.flatMap { $0.queries.compactMap(\.reads) })
        return try await progress.phase("checks", total: Int64(checks.count)) {
            var reports: [CheckReport] = []
            for check in checks {
                let outcome = try await CheckOutcome.of { try await run(check, rights) }
                reports.append(check.definition.report(outcome))
                progress(.advanced(to: Int64(reports.count), rejected: 0))
            }
            return reports
        }
    }

    /// Runs a check's query; a row without an object is what could not be checked.
    private func run(_ check: PerformanceCheck, _ rights: Rights) async throws -> CheckOutcome {
        if let missing = check.needs.lazy.compactMap(rights.missing).first { return missing }
        guard let query = check.queries.first(where: { $0.reads.map(rights.columns.contains) ?? true })
        else {
            return .blind(
                reason: "this server has none of the columns that the check reads: "
                    + check.queries.compactMap(\.reads).joined(separator: ", "), hint: nil)
        }
        var findings: [Finding] = []
        var unseen: (reason: String, hint: String?)?
        let rows = try await connection.query(rights.statement(query.sql))
        let (hasUndo, hasSeverity) = (
            rows.columnNames.contains("undo"), rows.columnNames.contains("severity")
        )
        for row in rows {
            let (object, detail, measured, threshold, fix) = try row.decode(
                String?.self, String.self, Double?.self, Double?.self, String?.self)
            if let object {
                let severity =
                    hasSeverity ? Verdict(rawValue: try row.decode(String.self, "severity")) : nil
                let undo = hasUndo ? try row.decode(String?.self, "undo") : nil
                findings.append(
                    Finding(
                        check: check.key, severity: severity ?? check.definition.severity, object: object,
                        detail: Redaction.scrub(detail), measured: measured, threshold: threshold, fix: fix,
                        remedy: undo.map { Remedy(undo: $0) }
                    ).withRemedy)
            } else {
                unseen = (unseen.map { "\($0.reason); \(detail)" } ?? detail, unseen?.hint ?? fix)
            }
        }
        return CheckOutcome(findings, unseen: unseen)
    }

    /// Reads the counters now; those of statements where the session may see all of them.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package func sample() async throws -> CounterSample {
        let rights = try await Rights(connection)
        return try await CounterReader(connection).read(statementsView: rights.readableStatements)
    }

    /// Makes the checks that judge a window.
    ///
    /// - Throws: `PostgresError` when the session is lost, `CancellationError`.
    package func judge(_ checks: [WindowCheck], _ window: CounterWindow) async throws -> [CheckReport] {
        let rights = try await Rights(connection)
        var reports: [CheckReport] = []
        for check in checks {
            let needs = check.definition.needs.compactMap(PerformanceCheck.Need.init(rawValue:))
            if let missing = needs.lazy.compactMap(rights.missing).first {
                reports.append(check.definition.report(missing))
                continue
            }
            let report = check.report(window)
            guard let view = rights.readableStatements, check.definition.area == "statement",
                !report.outcome.findings.isEmpty
            else {
                reports.append(report)
                continue
            }
            let outcome = try await CheckOutcome.of {
                let ids = report.outcome.findings.map { String($0.object.dropFirst("queryid ".count)) }
                return try await StatementTexts(Set(ids), view: view, connection).worded(report.outcome)
            }
            reports.append(check.definition.report(outcome, confidence: report.confidence))
        }
        return reports
    }

    /// The findings with the statement that creates an index again, for those whose fix drops one.
    ///
    /// Such a definition needs a lock that a session with ACCESS EXCLUSIVE on the table refuses; then the undo is left out.
    package func withDefinitions(_ reports: [CheckReport]) async throws -> [CheckReport] {
        let names = reports.flatMap(\.outcome.findings).filter(Self.dropsIndex).map(\.object)
        if names.isEmpty { return reports }
        var definitions: [String: String] = [:]
        _ = try await CheckOutcome.of {
            for row in try await connection.query(
                SQLResource(PackageResources.index_definitions_sql).text, [names])
            {
                let (name, definition) = try row.decode(String.self, String.self)
                definitions[name] = definition
            }
            return .ok(nil)
        }
        return reports.map { report in
            let findings = report.outcome.findings.map { finding in
                guard Self.dropsIndex(finding), let definition = definitions[finding.object] else {
                    return finding
                }
                var finding = finding
                finding.remedy?.undo = "\(definition);"
                return finding
            }
            return CheckReport(
                check: report.check, title: report.title, why: report.why,
                outcome: CheckOutcome(findings, unseen: report.outcome.unseen),
                confidence: report.confidence,
                ignored: report.ignored)
        }
    }

    private static func dropsIndex(_ finding: Finding) -> Bool {
        finding.fix?.contains("DROP INDEX") == true && finding.remedy?.undo == nil
    }
}
