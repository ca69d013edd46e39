import Foundation
import RSSModel
import RSSSystem

/// The configuration file that a user starts from.
package enum SettingsTemplate {
    /// Every setting, grouped as the file groups them, each as a comment with its built-in value.
    package static var text: String {
        var lines = [
            "# Settings of rssctl. Strongest first: flags, environment, the chosen profile, the rest of this file.",
            "# Keep secrets in files of their own (password_file) or in libpq's PGPASSFILE, and this file at mode 600.",
            "",
            "# profile: production", "",
        ]
        var group: Substring = ""
        for key in SettingKey.allCases {
            let parts = key.rawValue.split(separator: ".")
            if parts[0] != group {
                if !group.isEmpty { lines.append("") }
                group = parts[0]
                lines.append("# \(group):")
            }
            let definition = key.definition
            // In YAML a brace begins a mapping.
            let value = definition.fallback.map { $0.isEmpty || $0.contains("{") ? "\"\($0)\"" : $0 } ?? ""
            lines.append("#   \(parts[1]): \(value)".trimmed + "  # \(definition.summary)")
        }
        lines += [
            "", "# profiles:", "#   production:", "#     database:", "#       host: db.example.com",
            "#       name: rss",
            "#       user: rssctl", "#       password_file: /etc/rssctl/password", "",
        ]
        return lines.joined(separator: "\n")
    }

    /// Writes the file, readable by its owner alone; an existing file is never overwritten.
    ///
    /// - Parameter isPlaceOurs: whether its folder is rssctl's own, which none but its owner may write to.
    /// - Throws: ``SettingsFileExists``, ``FileError`` when the place cannot be written.
    package static func write(to path: String, isPlaceOurs: Bool = false) throws {
        let folder = FilePath.folder(of: path)
        if isPlaceOurs { try PrivateFolder.make(folder) } else { try PrivateFolder.makeMissing(folder) }
        do throws(FileError) {
            try WholeFile.write(Data(text.utf8), to: path, mode: .exactly(0o600), replaces: false)
        } catch {
            if error == .exists(path: path) { throw SettingsFileExists(path: path) }
            throw error
        }
    }
}

/// A configuration file is there already.
package struct SettingsFileExists: ReportableError {
    /// The file.
    package let path: String

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-CONFIG-008", exit: .cannotWrite, message: "\(path) exists already and is not overwritten",
            hint: "Name another place: rssctl config init FILE")
    }
}

extension String {
    fileprivate var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
