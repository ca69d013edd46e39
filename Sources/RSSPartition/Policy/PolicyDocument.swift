import RSSCore
import RSSModel
import Yams

/// Policies as a document that people keep in a repository: YAML, or JSON, which YAML includes. Read strictly.
package struct PolicyDocument: Sendable, Equatable, Encodable {
    /// The form of the document.
    package static let format = 1

    /// The policies, by table.
    package var policies: [PartitionPolicy]

    /// The folders that the policies name for archives.
    package var archives: [String] { Set(policies.compactMap(\.archive)).sorted() }

    private enum CodingKeys: CodingKey { case format, policies }

    /// Makes a document.
    package init(_ policies: [PartitionPolicy]) { self.policies = policies }

    /// The members of a policy in the document, in their order.
    static let members = [
        "schema", "table", "column", "interval", "epoch", "time_zone", "premake", "retention", "quarantine_days",
        "archive",
        "tablespace", "storage_parameters",
    ]

    /// Writes the same members as the YAML has.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(policies.map(PolicyMembers.init), forKey: .policies)
    }

    /// Reads a document.
    ///
    /// - Parameter file: its name, for messages.
    /// - Throws: ``PolicyError/unreadableDocument(_:problem:)``.
    package init(text: String, file: String) throws {
        func refuse(_ line: Int, _ problem: String) -> PolicyError {
            .unreadableDocument(SourcePlace(file: file, line: line), problem: problem)
        }
        var root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw refuse(error.line, "\(error)")
        }
        // What --output json writes has the document in an envelope.
        if let result = root?.mapping?["result"], root?.mapping?["command"] != nil { root = result }
        guard let mapping = root?.mapping else { throw refuse(1, "It is not a mapping.") }
        if let key = mapping.keys.first(where: { $0.string != "format" && $0.string != "policies" }) {
            throw refuse(key.line, "The member '\(key.string ?? "")' is unknown: a document has format and policies.")
        }
        guard mapping["format"]?.int == Self.format else {
            throw refuse(mapping["format"]?.line ?? 1, "The format is not \(Self.format).")
        }
        guard let entries = mapping["policies"]?.sequence else { throw refuse(1, "The member policies is not a list.") }
        policies = try entries.map { node in
            do {
                return try PolicyMembers(node).policy
            } catch let problem as PolicyMembers.Problem {
                throw refuse(problem.line, problem.text)
            }
        }
        let tables = policies.map(\.table)
        if let twice = tables.first(where: { table in tables.count { $0 == table } > 1 }) {
            throw refuse(1, "The table \(twice.quoted) has two policies.")
        }
    }

    /// The document as YAML.
    package var yaml: String {
        var lines = [
            "# Policies of partitioned tables; read back by: rssctl partition policy import FILE", "format: 1",
        ]
        lines.append(policies.isEmpty ? "policies: []" : "policies:")
        for policy in policies {
            for (index, member) in PolicyMembers(policy).lines.enumerated() {
                lines.append((index == 0 ? "- " : "  ") + member)
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Node {
    /// Line in the file, from 1.
    var line: Int { mark?.line ?? 1 }
}

extension YamlError {
    /// Line of the file where it was found, from 1.
    fileprivate var line: Int {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 1
        }
    }
}
