import PostgresClient
import RSSCore
import RSSModel

extension ReportFunctionCheck {
    /// A plain call: one row of two columns, and reports with all members.
    func judgeCall(_ check: Check, _ function: ReportFunction, _ subject: ReportSubject) async throws -> CheckOutcome {
        var plain = ReportCall(subject.organization)
        if case .timedOut = try await ask(function, plain) { plain = subject.call }
        let call = plain
        return try await judge(check, function, call) { answer, expected in
            func found(_ what: String) -> CheckOutcome { .findings([Self.finding(check, function, call, what)]) }
            if answer.rows != 1 { return found("it returns \(answer.rows) rows, expected 1") }
            if answer.visits.isEmpty, !expected.visits.isEmpty {
                return found("visit_data is empty, expected \(expected.visits.count) reports")
            }
            if let visit = answer.visits.first {
                let missing = ReportAnswer.members.subtracting(visit.members).sorted()
                if !missing.isEmpty { return found("reports are without \(missing.joined(separator: ", "))") }
            }
            let wanted = Dictionary(expected.visits.map { ($0.id, $0) }) { first, _ in first }
            for visit in answer.visits {
                guard let id = visit.id, let truth = wanted[id] else { continue }
                let texts = [
                    "reportNumber": truth.reportNumber, "visitDate": truth.visitDate, "visitType": truth.visitType,
                    "status": truth.status, "priority": truth.priority, "organizationName": truth.organizationName,
                ].compactMapValues { $0 }
                if let name = texts.keys.sorted().first(where: { visit.texts[$0] != texts[$0] }) {
                    return found(
                        "\(name) of report \(id) is \(visit.texts[name] ?? "NULL"), expected \(texts[name] ?? "NULL")")
                }
            }
            return .ok(nil)
        }
    }

    /// Filters that take each other's place where placeholders are numbered by those given.
    func judgeCombinations(
        _ check: Check, _ function: ReportFunction, _ subject: ReportSubject
    ) async throws -> CheckOutcome {
        var calls = [subject.call]
        func add(_ change: (inout ReportCall) -> Void) {
            var call = subject.call
            change(&call)
            if !calls.contains(call) { calls.append(call) }
        }
        add { $0.status = subject.status }
        add { $0.to = nil }
        add { ($0.technician, $0.status) = (subject.technician, subject.status) }
        add { ($0.office, $0.search) = (subject.office, subject.number) }
        add {
            ($0.office, $0.technician) = (subject.office, subject.technician)
            ($0.status, $0.search) = (subject.status, subject.word)
        }
        return try await judge(check, function, each: calls) { sameReports(check, function, $0, $1, $2) }
    }

    /// Whether the total is the number of reports.
    func sameTotal(
        _ check: Check, _ function: ReportFunction, _ call: ReportCall, _ answer: ReportAnswer, _ expected: ReportPage
    ) -> CheckOutcome {
        let total = expected.totalCount ?? 0
        if answer.total == total { return .ok(nil) }
        return .findings([
            Self.finding(
                check, function, call, "total_count is \(answer.total.map { "\($0)" } ?? "NULL"), expected \(total)",
                measured: answer.total.map(Double.init), threshold: Double(total))
        ])
    }

    /// Whether the counts of each report are those of its rows.
    func sameCounts(
        _ check: Check, _ function: ReportFunction, _ call: ReportCall, _ answer: ReportAnswer, _ expected: ReportPage
    ) -> CheckOutcome {
        var truths: [String: [Int64]] = [:]
        for visit in expected.visits {
            truths[visit.id] = [visit.hardwareCount, visit.recyclingCount, visit.fileCount]
        }
        let telling = truths.filter { $0.value.count { $0 > 0 } > 1 && $0.value.contains { $0 > 1 } }
        if telling.isEmpty {
            return Self.noData("no report of the page has two devices beside a recycling record or a file")
        }
        var compared = 0
        for visit in answer.visits {
            guard let id = visit.id, let truth = truths[id] else { continue }
            if telling[id] != nil { compared += 1 }
            if visit.counts == truth.map(Optional.some) { continue }
            let found = visit.counts.map { $0.map { "\($0)" } ?? "NULL" }.joined(separator: ", ")
            return .findings([
                Self.finding(
                    check, function, call,
                    "hardwareCount, recyclingCount and fileCount of report \(id) are \(found), expected \(truth.map { "\($0)" }.joined(separator: ", "))"
                )
            ])
        }
        return compared > 0 ? .ok(nil) : Self.noData("the page has none of the reports whose counts would show it")
    }

    /// Reports of the same date and time, page by page.
    func judgeTies(_ check: Check, _ function: ReportFunction, _ subject: ReportSubject) async throws -> CheckOutcome {
        guard let day = try await ReportCase.tie.call(reader, subject) else {
            return Self.noData("no two of the newest reports have the same date and time of creation")
        }
        let calls = (1...4).map { page in
            var call = day
            (call.limit, call.page) = (7, page)
            return call
        }
        return try await judge(check, function, each: calls) { call, answer, expected in
            let ids = expected.visits.map(\.id)
            if answer.ids == ids { return .ok(nil) }
            let place = zip(answer.ids, ids).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? 0
            let found = place < answer.ids.count ? answer.ids[place] : "none"
            return .findings([
                Self.finding(
                    check, function, call,
                    "report \(place + 1) of the page is \(found), expected \(place < ids.count ? ids[place] : "none")")
            ])
        }
    }

    /// Texts that are to be found as they are.
    func judgeSearch(_ check: Check, _ function: ReportFunction, _ subject: ReportSubject) async throws -> CheckOutcome
    {
        var texts = ["%", "_", "\\"]
        if let number = subject.number {
            texts.append(number)
            texts.append(String(number.dropLast(2)) + "_" + String(number.suffix(1)))
            texts.append(String(number.prefix(2)) + "%" + String(number.suffix(1)))
        }
        if let word = subject.word { texts.append(word) }
        let calls = texts.map { text in
            var call = subject.call
            call.search = text
            return call
        }
        return try await judge(check, function, each: calls) { sameReports(check, function, $0, $1, $2) }
    }

    /// Pages and limits that no page has, and one that is too large.
    func judgeLimits(_ check: Check, _ function: ReportFunction, _ subject: ReportSubject) async throws -> CheckOutcome
    {
        let odd = [(0, 10), (-3, 10), (1, 0), (1, -5)].map { page, limit in
            var call = subject.call
            (call.page, call.limit) = (page, limit)
            return call
        }
        let bounds = try await judge(check, function, each: odd) { _, _, _ in .ok(nil) }
        if !bounds.findings.isEmpty || bounds.unseen != nil { return bounds }
        guard var large = try await ReportCase.thousand.call(reader, subject) else {
            return Self.noData("the organization has no more than a thousand reports")
        }
        large.limit = 100_000
        let call = large
        return try await judge(check, function, call) { answer, _ in
            if answer.visits.count <= 1000 { return .ok(nil) }
            return .findings([
                Self.finding(
                    check, function, call, "a page has \(answer.visits.count) reports, expected at most 1000",
                    measured: Double(answer.visits.count), threshold: 1000)
            ])
        }
    }
}
