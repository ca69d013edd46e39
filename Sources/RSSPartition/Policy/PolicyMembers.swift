import Foundation
import RSSCore
import Yams

/// A policy as the members of a document.
struct PolicyMembers: Encodable {
    /// What is wrong with an entry of a document.
    struct Problem: Error {
        let line: Int
        let text: String
    }

    let policy: PartitionPolicy

    /// The members of a policy.
    init(_ policy: PartitionPolicy) { self.policy = policy }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The members that are not left out, as text; a list of parameters is one text.
    var texts: [(name: String, value: String)] {
        let values: [String?] = [
            policy.table.schema ?? "public", policy.table.name, policy.column, policy.interval.description,
            policy.epoch?.rawValue, policy.timeZone, "\(policy.premake)", policy.retention?.description,
            "\(policy.quarantineDays)",
            policy.archive, policy.tablespace,
            policy.storageParameters.isEmpty ? nil : policy.storageParameters.joined(separator: ", "),
        ]
        return zip(PolicyDocument.members, values).compactMap { name, value in value.map { (name, $0) } }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in texts {
            let key = Key(stringValue: name)
            switch name {
            case "premake": try container.encode(policy.premake, forKey: key)
            case "quarantine_days": try container.encode(policy.quarantineDays, forKey: key)
            case "storage_parameters": try container.encode(policy.storageParameters, forKey: key)
            default: try container.encode(value, forKey: key)
            }
        }
    }

    /// The members as lines of YAML.
    var lines: [String] {
        texts.map { name, value in
            switch name {
            case "premake", "quarantine_days": "\(name): \(value)"
            case "storage_parameters": "\(name): [\(policy.storageParameters.map(Self.scalar).joined(separator: ", "))]"
            default: "\(name): \(Self.scalar(value))"
            }
        }
    }

    /// Plain where YAML reads it as a string, otherwise in the quotes of JSON, which are YAML too.
    private static func scalar(_ text: String) -> String {
        let isPlain = text.wholeMatch(of: /[A-Za-z\/][A-Za-z0-9_\/]*([ .=+\-][A-Za-z0-9_\/]+)*|\d+ [a-z]+/) != nil
        if isPlain, !["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(text.lowercased()) {
            return text
        }
        // Every String can be written as JSON: no error is ignored here.
        let json = (try? JSONEncoder.plain.encode(text)) ?? Data()
        return String(decoding: json, as: UTF8.self)
    }

    /// Reads an entry of a document.
    ///
    /// - Throws: ``Problem``.
    init(_ node: Node) throws {
        guard let mapping = node.mapping else { throw Problem(line: node.line, text: "A policy is a mapping.") }
        for key in mapping.keys where !PolicyDocument.members.contains(key.string ?? "") {
            let word = key.string ?? ""
            let meant = EditDistance.closest(to: word, among: PolicyDocument.members)
            throw Problem(
                line: key.line, text: "The member '\(word)' is unknown.\(meant.map { " Did you mean '\($0)'?" } ?? "")")
        }
        func text(_ name: String) throws -> String? {
            guard let value = mapping[Node(name)], value.null == nil else { return nil }
            guard let text = value.scalar?.string else {
                throw Problem(line: value.line, text: "The member \(name) is not a plain value.")
            }
            return text
        }
        func needed(_ name: String) throws -> String {
            guard let text = try text(name), !text.isEmpty else {
                throw Problem(line: node.line, text: "A policy lacks \(name).")
            }
            return text
        }
        func read<T>(_ name: String, _ text: String, _ parse: (String) -> T?) throws -> T {
            guard let value = parse(text) else {
                throw Problem(
                    line: mapping[Node(name)]?.line ?? node.line, text: "The value of \(name) is invalid: '\(text)'.")
            }
            return value
        }
        let table = RelationName(schema: try text("schema") ?? "public", name: try needed("table"))
        var policy = PartitionPolicy(
            table: table, column: try needed("column"),
            interval: try read("interval", try needed("interval"), PartitionInterval.init))
        if let epoch = try text("epoch") { policy.epoch = try read("epoch", epoch, EpochUnit.init(text:)) }
        if let zone = try text("time_zone") { policy.timeZone = zone }
        if let premake = try text("premake") {
            policy.premake = try read("premake", premake) { Int($0).flatMap { (0...1000).contains($0) ? $0 : nil } }
        }
        if let retention = try text("retention") {
            policy.retention = try read("retention", retention, PartitionRetention.init)
        }
        if let days = try text("quarantine_days") {
            policy.quarantineDays = try read("quarantine_days", days) {
                Int($0).flatMap { (0...PartitionPolicy.mostQuarantineDays).contains($0) ? $0 : nil }
            }
        }
        policy.archive = try text("archive")
        policy.tablespace = try text("tablespace")
        if let list = mapping["storage_parameters"] {
            guard let sequence = list.sequence, sequence.allSatisfy({ $0.scalar != nil }) else {
                throw Problem(line: list.line, text: "The member storage_parameters is not a list.")
            }
            policy.storageParameters = sequence.compactMap { $0.scalar?.string }
        }
        self.policy = policy
    }
}

extension JSONEncoder {
    /// Without escaped slashes.
    fileprivate static var plain: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return encoder
    }
}
