import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSAnalyze
@testable import RSSCore

/// Each planted fault is named with its object, and the look-alikes beside it are not.
@Suite(.serialized) struct AnalyzeCorpusTests {
    @Test(arguments: AnalyzeFault.all)
    func `a planted fault is named, and its look-alikes are not`(fault: AnalyzeFault) async throws {
        try await withDatabase { options in
            guard try await fault.plant(options) else { return }
            // Settings of the database hold for sessions that begin afterwards. The path is that of a command.
            var reading = options
            reading.session = SessionSettings(applicationName: "rssctl-tests")
            reading.session.readOnly = true
            reading.session.lockTimeout = PerformanceAnalyzer.lockTimeout
            let connection = try await PostgresConnection.connect(reading)
            let report = try await PerformanceAnalyzer(connection).run(
                PerformanceCheck.all.filter { $0.key == fault.check }, .silent
            ).first
            await connection.close()
            let outcome = try #require(report?.outcome)
            #expect(outcome.unseen == nil, "\(outcome)")
            #expect(Set(outcome.findings.map(\.object)) == fault.objects)
            for finding in outcome.findings where finding.fix != nil {
                #expect(finding.remedy?.blocks.isEmpty == false, "\(finding)")
            }
            if let after = fault.after {
                let cleaner = try await PostgresConnection.connect(options)
                try await cleaner.executeScript(after)
                await cleaner.close()
            }
        }
    }

    @Test(arguments: AnalyzeFault.all.filter { fault in ["security", "index"].contains { fault.check.hasPrefix($0) } })
    func `the fixes that are SQL clear the fault, and their undo brings it back`(fault: AnalyzeFault) async throws {
        try await withDatabase { options in
            guard try await fault.plant(options) else { return }
            func findings() async throws -> [Finding] {
                var reading = options
                reading.session = SessionSettings(applicationName: "rssctl-tests")
                let connection = try await PostgresConnection.connect(reading)
                let report = try await PerformanceAnalyzer(connection).run(
                    PerformanceCheck.all.filter { $0.key == fault.check }, .silent
                ).first
                await connection.close()
                return report?.outcome.findings ?? []
            }
            func run(_ statements: [String]) async throws {
                let connection = try await PostgresConnection.connect(options)
                // A setting of the server is not the test's to change.
                for text in statements where !text.hasPrefix("ALTER SYSTEM") {
                    for statement in text.split(separator: ";") where statement.contains(where: { $0 != " " }) {
                        try await connection.execute(String(statement))
                    }
                }
                await connection.close()
            }
            let before = try await findings()
            let known = before.filter { $0.remedy?.kind == .sql && $0.fix?.hasPrefix("ALTER SYSTEM") == false }
            try await run(known.compactMap(\.fix))
            let left = Set(try await findings().map(\.object))
            #expect(left.isDisjoint(with: known.map(\.object)), "\(fault.check)")
            let undone = known.filter { $0.remedy?.undo != nil }
            try await run(undone.compactMap { $0.remedy?.undo })
            let again = Set(try await findings().map(\.object))
            #expect(again.isSuperset(of: undone.map(\.object)), "\(fault.check)")
            if let after = fault.after { try await run([after]) }
        }
    }
}
