import Foundation
import RSSModel
import RSSSystem
import Yams

/// Adds to a list in the configuration file. Every other line stays as it is, comments among them.
package struct SettingsEdit: Sendable, Equatable {
    /// The file.
    package let path: String
    /// The setting, whose value is a list.
    package let key: SettingKey
    /// The profile in which it is set; nil outside of any.
    let profile: String?
    /// Whether rssctl chose the place of the file.
    let isPlaceOurs: Bool

    /// Prepares an edit of the file in use, or of one in the user's folder.
    ///
    /// - Throws: ``SettingsError/outranked(_:by:)`` where the file does not decide what holds.
    package init(_ key: SettingKey, of settings: Settings) throws {
        let holding = settings.given(key)
        if let holding, holding.level > .profile {
            throw SettingsError.outranked(key.rawValue, by: holding.origin)
        }
        self.key = key
        profile = holding?.level == .profile ? settings.profile : nil
        let base = UserFolder.configuration(settings.environment) ?? "\(UserFolder.ofAccount)/.config"
        path = settings.file ?? "\(base)/rssctl/config.yaml"
        isPlaceOurs = settings.file == nil
    }

    /// Adds items that the list lacks.
    ///
    /// - Parameter values: the whole list, in order; what the file lacks of it is added at its end.
    /// - Throws: ``SettingsError``, ``FileError``.
    package func write(_ values: [String]) throws {
        if isPlaceOurs {
            try PrivateFolder.make(FilePath.folder(of: path))
            let text = try self.text("", with: values)
            try WholeFile.write(Data(text.utf8), to: path, mode: .exactly(0o600), replaces: false)
        } else {
            let text = try String(decoding: WholeFile.read(path), as: UTF8.self)
            try WholeFile.write(Data(self.text(text, with: values).utf8), to: path)
        }
    }

    /// The text of the file with the list.
    ///
    /// - Throws: ``SettingsError``: the text cannot be read, or is written in a form that is left to its author.
    func text(_ text: String, with values: [String]) throws -> String {
        let before = try ConfigurationFile(path: path, text: text)
        let present = Set((own(before)[key]?.value ?? "").components(separatedBy: key.definition.listSeparator ?? ","))
        // Other characters that YAML ends a line with would shift the numbers of lines.
        let ending = text.contains("\r\n") ? "\r\n" : "\n"
        guard text.allSatisfy({ !$0.isNewline || String($0) == ending }) else { throw foreign(line: 1) }
        var lines = text.isEmpty ? [] : text.split(separator: ending, omittingEmptySubsequences: false).map(String.init)
        // A final line break ends the last line and begins none.
        let isEnded = lines.last == ""
        if isEnded { lines.removeLast() }
        let last = lines.last
        try insert(values, values.filter { !present.contains($0) }, into: &lines, root: Yams.compose(yaml: text))
        let edited = lines.joined(separator: ending) + (isEnded || lines.last != last ? ending : "")
        // What was written is read again: only the list may differ.
        guard let after = try? ConfigurationFile(path: path, text: edited),
            own(after)[key]?.value == values.joined(separator: key.definition.listSeparator ?? ","),
            Self.others(before, key, profile) == Self.others(after, key, profile)
        else { throw foreign(line: 1) }
        return edited
    }

    private func own(_ file: ConfigurationFile) -> [SettingKey: ConfigurationFile.Entry] {
        profile.map { file.profiles[$0] ?? [:] } ?? file.values
    }

    /// Everything but the list, without the lines.
    private static func others(
        _ file: ConfigurationFile, _ key: SettingKey, _ profile: String?
    ) -> [String: [SettingKey: String]] {
        var all = file.profiles.mapValues { $0.mapValues(\.value) }
        all[""] = file.values.mapValues(\.value)
        all[profile ?? ""]?[key] = nil
        return all
    }

    private func insert(
        _ all: [String], _ missing: [String], into lines: inout [String], root: Node?
    ) throws {
        let parts = key.rawValue.split(separator: ".").map(String.init)
        let group = profile.map { root?["profiles"]?[$0] } ?? root
        if let (name, list) = Self.entry(key.rawValue, of: group) ?? Self.entry(parts[1], of: group?[parts[0]]) {
            let line = (name.mark?.line ?? 1) - 1
            let indent = String(repeating: " ", count: (name.mark?.column ?? 1) - 1)
            if let items = list.sequence, let last = items.last?.mark?.line, Self.character(of: list, lines) == "-" {
                let own = String(lines[last - 1].prefix { $0 == " " })
                guard lines[last - 1].dropFirst(own.count).hasPrefix("- ") else { throw foreign(line: last) }
                lines.insert(contentsOf: Self.items(missing, own), at: last)
            } else if let text = list.scalar, text.string.isEmpty {
                lines.insert(contentsOf: Self.items(all, indent + "  "), at: line + 1)
            } else if list.scalar != nil, list.mark?.line == line + 1, !lines[line].contains("#") {
                lines.replaceSubrange(
                    line...line, with: ["\(indent)\(name.string ?? ""):"] + Self.items(all, indent + "  "))
            } else {
                throw foreign(line: line + 1)
            }
            return
        }
        let list = { (indent: String) in ["\(indent)\(parts[1]):"] + Self.items(all, indent + "  ") }
        if let (name, section) = Self.entry(parts[0], of: group) {
            let line = (name.mark?.line ?? 1) - 1
            // A mapping in braces begins before its first key.
            guard let first = section.mapping?.first?.key.mark, first.line > line + 1,
                section.mark?.line == first.line, section.mark?.column == first.column
            else { throw foreign(line: line + 1) }
            // Above the comment of what comes first.
            lines.insert(contentsOf: list(String(repeating: " ", count: first.column - 1)), at: line + 1)
        } else {
            if lines.last?.isEmpty == false { lines.append("") }
            lines += ["\(parts[0]):"] + list("  ")
        }
    }

    private static func entry(_ name: String, of node: Node?) -> (name: Node, value: Node)? {
        node?.mapping?.first { $0.key.scalar?.string == name }.map { ($0.key, $0.value) }
    }

    /// The character with which a node begins.
    private static func character(of node: Node, _ lines: [String]) -> Character? {
        node.mark.flatMap { lines[$0.line - 1].dropFirst($0.column - 1).first }
    }

    /// The items of a list in YAML, in single quotes where a plain text would be read otherwise.
    private static func items(_ values: [String], _ indent: String) -> [String] {
        values.map { value in
            let isPlain =
                value.first?.isLetter == true && !value.contains(": ") && !value.contains(" #") && !value.hasSuffix(":")
            return "\(indent)- \(isPlain ? value : "'\(value.replacing("'", with: "''"))'")"
        }
    }

    private func foreign(line: Int) -> SettingsError {
        .notEditable(key.rawValue, SourcePlace(file: path, line: line))
    }
}
