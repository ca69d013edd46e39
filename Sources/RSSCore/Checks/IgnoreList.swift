import Foundation
import PostgresClient
import RSSModel
import Yams

/// What is ignored on purpose: findings, and checks that are blind, each with a reason and a last day.
///
/// ```yaml
/// - check: index.unused
///   object: public.visit_reports_old_idx
///   until: 2027-03-31
///   reason: The yearly audit uses it.
/// - check: statement.slow
///   blind: true
///   until: 2027-06-30
///   reason: The provider does not offer pg_stat_statements.
/// ```
package struct IgnoreList: Sendable, Equatable {
    /// What an entry ignores.
    package enum Subject: Sendable, Equatable {
        /// Findings about this object, as the report writes it.
        case object(String)
        /// All findings of the check.
        case anyObject
        /// That the check is blind.
        case blind
    }

    /// An entry of the list.
    package struct Entry: Sendable, Equatable {
        /// The check's key.
        package let check: String
        /// What it ignores.
        package let subject: Subject
        /// The last day on which it is ignored.
        package let until: CalendarDate
        /// Why.
        package let reason: String
        /// The line of the file.
        package let line: Int
    }

    /// Something that was ignored, with the reason for it.
    package struct Item: Sendable, Equatable, Encodable {
        /// The finding; nil for a check that is blind.
        package let finding: Finding?
        /// Why the check is blind; nil for a finding.
        package let blindReason: String?
        /// Why it is ignored.
        package let reason: String
        /// Until when.
        package let until: CalendarDate
    }

    /// The file.
    package let path: String
    /// Its entries.
    package let entries: [Entry]

    /// Reports without what the list ignores, and the warnings about the list itself.
    ///
    /// - Parameter today: the day by the server's clock.
    package func apply(to reports: [CheckReport], today: CalendarDate) -> (reports: [CheckReport], warnings: [String]) {
        let valid = entries.filter { $0.until >= today }
        var used: Set<Int> = []
        let left = reports.map { report in
            var ignored: [Item] = []
            func entry(where isMeant: (Subject) -> Bool) -> Entry? {
                let entry = valid.first { $0.check == report.check && isMeant($0.subject) }
                if let entry { used.insert(entry.line) }
                return entry
            }
            let findings = report.outcome.findings.filter { finding in
                guard let entry = entry(where: { $0 == .object(finding.object) || $0 == .anyObject }) else {
                    return true
                }
                ignored.append(Item(finding: finding, blindReason: nil, reason: entry.reason, until: entry.until))
                return false
            }
            var unseen = report.outcome.unseen
            if let blind = unseen, let entry = entry(where: { $0 == .blind }) {
                ignored.append(Item(finding: nil, blindReason: blind.reason, reason: entry.reason, until: entry.until))
                unseen = nil
            }
            if ignored.isEmpty { return report }
            return CheckReport(
                check: report.check, title: report.title, why: report.why,
                outcome: CheckOutcome(findings, unseen: unseen), confidence: report.confidence, ignored: ignored)
        }
        let expired = entries.filter { $0.until < today }
        let ran = Set(reports.map(\.check))
        let idle = valid.filter { ran.contains($0.check) && !used.contains($0.line) }
        return (
            left,
            expired.map {
                "\(path):\($0.line): the entry for \($0.check) expired on \($0.until): \($0.reason)"
            }
                + idle.map { "\(path):\($0.line): the entry for \($0.check) matches nothing; remove it" }
        )
    }
}

extension IgnoreList {
    /// Reads a list, strictly: an entry that is not understood would ignore something else than was meant.
    ///
    /// - Throws: ``IgnoreListError``.
    package init(path: String) throws(IgnoreListError) {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw .unreadable(path: path, reason: error.localizedDescription)
        }
        try self.init(text: text, path: path)
    }

    package init(text: String, path: String) throws(IgnoreListError) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw .malformed(SourcePlace(file: path, line: 1), reason: "it cannot be read as YAML: \(error)")
        }
        self.path = path
        var entries: [Entry] = []
        switch root {
        case nil: break
        case .sequence(let nodes)?:
            for node in nodes { entries.append(try Self.entry(node, path)) }
        case let other?: throw Self.malformed(other, path, "the file is not a list of entries")
        }
        self.entries = entries
    }

    private static func entry(_ node: Node, _ path: String) throws(IgnoreListError) -> Entry {
        guard let mapping = node.mapping else { throw malformed(node, path, "an entry is not a mapping") }
        var values: [String: (text: String, node: Node)] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string, ["check", "object", "blind", "until", "reason"].contains(name) else {
                throw malformed(key, path, "an entry may have only check, object or blind, until and reason")
            }
            guard let text = value.scalar?.string, !text.isEmpty else {
                throw malformed(value, path, "\(name) must be a text")
            }
            values[name] = (text, value)
        }
        guard let check = values["check"]?.text else { throw malformed(node, path, "an entry has no check") }
        guard let reason = values["reason"]?.text else { throw malformed(node, path, "an entry has no reason") }
        guard let until = values["until"] else { throw malformed(node, path, "an entry has no until, its last day") }
        guard let day = CalendarDate(until.text) else {
            throw malformed(until.node, path, "until must be a date such as 2027-03-31")
        }
        let subject: Subject
        switch (values["object"], values["blind"]) {
        case (let object?, nil): subject = object.text == "*" ? .anyObject : .object(object.text)
        case (nil, let blind?) where blind.text == "true": subject = .blind
        default: throw malformed(node, path, "an entry must have either object, with * for all, or blind: true")
        }
        return Entry(check: check, subject: subject, until: day, reason: reason, line: node.mark?.line ?? 1)
    }

    private static func malformed(_ node: Node, _ path: String, _ reason: String) -> IgnoreListError {
        .malformed(SourcePlace(file: path, line: node.mark?.line ?? 1, column: node.mark?.column), reason: reason)
    }
}

/// Why an ignore list cannot be used.
package enum IgnoreListError: ReportableError, Equatable {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// Something in it is not understood.
    case malformed(SourcePlace, reason: String)

    package var report: ErrorReport {
        switch self {
        case .unreadable(let path, let reason):
            ErrorReport(
                code: "RSS-ANALYZE-001", exit: .configuration, message: "the ignore list \(path) cannot be read",
                detail: reason, hint: "Check the path: ls -l \(path.shellWord)")
        case .malformed(let place, let reason):
            ErrorReport(
                code: "RSS-ANALYZE-002", exit: .configuration, message: "the ignore list is malformed: \(reason)",
                hint: "See the section \"Ignoring\" in Docs/analyze.md.", place: place)
        }
    }
}
