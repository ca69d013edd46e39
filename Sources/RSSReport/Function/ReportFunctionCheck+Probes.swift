import PostgresClient
import RSSCore
import RSSModel

extension ReportFunctionCheck {
    private static func check(
        _ name: String, _ title: String, _ severity: Verdict = .critical, why: String, threshold: String, fault: Int
    ) -> Check {
        Check(
            "report.\(name)", title, severity: severity, why: why, threshold: threshold,
            source: "get_visit_reports_optimized as first written, fault \(fault)")
    }

    static let exists = check(
        "exists", "Function missing or ambiguous",
        why: "The backend calls it for every list of visit reports; without it, or with two that fit, each call fails.",
        threshold: "the call with nine values of no declared type is not understood", fault: 1)

    private static let call = check(
        "call", "Calls fail, or return another shape",
        why: "The backend reads total_count and visit_data of one row, and fifteen members of each report.",
        threshold: "an error, more than one row, or members that are missing", fault: 2)
    private static let uuids = check(
        "filter_type", "Filters by office or technician",
        why: "A filter that is compared as text fails; one that is ignored shows reports of others.",
        threshold: "an error, or other reports than the filter matches", fault: 3)
    private static let order = check(
        "filter_mix", "Filters in combination",
        why: "Placeholders that are numbered by the filters given take the value of another filter.",
        threshold: "an error, or other reports than the filters match", fault: 4)
    private static let total = check(
        "total", "Total counts joined rows",
        why: "Counted after the joins, a report counts once for each device, recycling record and file.",
        threshold: "total_count differs from the number of reports", fault: 5)
    private static let page = check(
        "page_size", "Pages hold joined rows",
        why: "A limit on joined rows fills a page with copies of one report.",
        threshold: "a page has fewer distinct reports than fit it", fault: 6)
    private static let counts = check(
        "counts", "Counts are products",
        why: "Devices, recycling records and files that are joined at once multiply each other.",
        threshold: "hardwareCount, recyclingCount or fileCount differs from the rows", fault: 7)
    private static let past = check(
        "past_end", "Page past the end has no total",
        why: "A pager that gets 0 shows an empty list in place of the last page.",
        threshold: "total_count past the last page differs from that of the first", fault: 8)
    private static let ties = check(
        "tie_order", "Order is not complete", .warning,
        why: "Reports of the same date and time come in any order, so that pages repeat some and leave others out.",
        threshold: "reports with equal times are not in the order of their ids", fault: 9)
    private static let literal = check(
        "search", "Search text is a pattern",
        why: "% and _ that are not escaped match everything; words wrapped in % are not the words searched for.",
        threshold: "other reports than those with the text", fault: 10)
    private static let searchSpeed = check(
        "search_speed", "Search is slow", .warning,
        why: "A condition on the organization's name beside those on the report keeps every index from being used.",
        threshold: "more than 250 ms, and more than 5 times as long as rssctl's own engine", fault: 11)
    private static let pageSpeed = check(
        "page_speed", "Page is slow", .warning,
        why: "A total over the whole join is computed again for every page.",
        threshold: "more than 250 ms, and more than 5 times as long as rssctl's own engine", fault: 12)
    private static let names = check(
        "technician_name", "Half a name is no name", .warning,
        why: "A name that is put together with || is NULL where the first or the last name is.",
        threshold: "technicianName is missing although a part of the name is known", fault: 13)
    private static let joins = check(
        "incomplete", "Reports without an office or technician are left out",
        why: "An inner join drops reports whose office or technician is not known yet.",
        threshold: "such reports are missing from page or total", fault: 14)
    private static let partitions = check(
        "partitions", "Reports without a leading index", .warning,
        why:
            "A function that reads a plain visit_reports beside visit_reports_partitioned sees other reports, and without an index on organization and date every partition is read.",
        threshold:
            "a second table of reports, or a table without an index that begins with organization_id and visit_date",
        fault: 15)
    private static let limits = check(
        "limits", "Page and limit are not bounded", .warning,
        why: "A page before the first is an error of OFFSET, and a limit without a bound reads everything.",
        threshold: "page 0 or limit 0 fails, or a page has more than 1000 reports", fault: 16)

    /// Every check, in the order of the faults.
    package static var checks: [Check] { [exists] + probes.map(\.check) }

    static let probes: [Probe] = [
        Probe(check: call, isFirst: true) { try await $0.judgeCall(call, $1, $2) },
        Probe(check: uuids) { run, function, subject in
            var (office, technician) = (subject.call, subject.call)
            office.office = subject.office
            technician.technician = subject.technician
            let calls = [office, technician].filter { $0 != subject.call }
            if calls.isEmpty { return noData("no report of the period has an office or a technician") }
            return try await run.judge(uuids, function, each: calls) {
                run.sameReports(uuids, function, $0, $1, $2)
            }
        },
        Probe(check: order) { try await $0.judgeCombinations(order, $1, $2) },
        Probe(check: total) { run, function, subject in
            try await run.judge(total, function, subject.call) { answer, expected in
                guard expected.visits.contains(where: { $0.joined > 1 }) else {
                    return noData("no report of the page has two devices, recycling records or files")
                }
                return run.sameTotal(total, function, subject.call, answer, expected)
            }
        },
        Probe(check: page) { run, function, subject in
            try await run.judge(page, function, subject.call) { answer, expected in
                guard expected.visits.count > 1, expected.visits.contains(where: { $0.joined > 1 }) else {
                    return noData("no page of two reports has one with two devices, recycling records or files")
                }
                let distinct = Set(answer.ids).count
                if distinct == expected.visits.count, answer.ids.count == distinct { return .ok(nil) }
                return .findings([
                    finding(
                        page, function, subject.call,
                        "the page has \(answer.ids.count) rows of \(distinct) reports, expected \(expected.visits.count)",
                        measured: Double(distinct), threshold: Double(expected.visits.count))
                ])
            }
        },
        Probe(check: counts) { run, function, subject in
            try await run.judge(counts, function, subject.call) { answer, expected in
                run.sameCounts(counts, function, subject.call, answer, expected)
            }
        },
        Probe(check: past) { run, function, subject in
            var call = subject.call
            call.page = 100_000
            return try await run.judge(past, function, call) { answer, expected in
                run.sameTotal(past, function, call, answer, expected)
            }
        },
        Probe(check: ties) { try await $0.judgeTies(ties, $1, $2) },
        Probe(check: literal) { try await $0.judgeSearch(literal, $1, $2) },
        Probe(check: searchSpeed) { run, function, subject in
            guard let word = subject.word ?? subject.number else { return noData("no report has a word to search for") }
            var call = ReportCall(subject.organization)
            call.search = word
            return try await run.judgeSpeed(searchSpeed, function, call)
        },
        Probe(check: pageSpeed) { run, function, subject in
            try await run.judgeSpeed(pageSpeed, function, ReportCall(subject.organization))
        },
        Probe(check: names) { run, function, subject in
            guard let call = try await ReportCase.halfName.call(run.reader, subject) else {
                return noData("no technician of a report has one name only")
            }
            return try await run.judge(names, function, call) { answer, expected in
                let wanted = Dictionary(expected.visits.map { ($0.id, $0.technicianName) }) { first, _ in first }
                guard
                    let wrong = answer.visits.first(where: { visit in
                        visit.id.flatMap { wanted[$0] }.map { $0 != visit.technicianName } ?? false
                    })
                else { return .ok(nil) }
                let name = wrong.id.flatMap { wanted[$0] ?? nil } ?? "NULL"
                return .findings([
                    finding(
                        names, function, call,
                        "technicianName is \(wrong.technicianName ?? "NULL"), expected \(name)")
                ])
            }
        },
        Probe(check: joins) { run, function, subject in
            guard let call = try await ReportCase.incomplete.call(run.reader, subject) else {
                return noData("every report has an office and a technician")
            }
            return try await run.judge(joins, function, call) { run.sameReports(joins, function, call, $0, $1) }
        },
        Probe(check: partitions, isFirst: true) { run, function, _ in
            try await run.judgeTables(partitions, function)
        },
        Probe(check: limits) { try await $0.judgeLimits(limits, $1, $2) },
    ]
}

extension VisitReport {
    /// How many rows it becomes when all that belongs to it is joined at once.
    var joined: Int64 { max(hardwareCount, 1) * max(recyclingCount, 1) * max(fileCount, 1) }
}
