import Foundation
import Glibc
import RSSModel
import RSSSystem

/// New files of a folder of migrations.
public struct MigrationTemplate: Sendable {
    /// A file to be written.
    public struct File: Sendable, Equatable {
        /// The path.
        public let path: String
        /// What it holds.
        public let text: String
    }

    /// The files, the migration first.
    public let files: [File]
    /// The last that the name of a file may have.
    private static let lastVersion: Int64 = 999_999_999_999_999_999

    /// Plans the files of a new migration, numbered behind the newest of the folder.
    ///
    /// - Parameters:
    ///   - title: what the migration does, in words; letters, digits and blanks.
    ///   - isRepeatable: whether it is one that is run whenever it has changed.
    /// - Throws: ``MigrateError`` when the folder holds files that cannot be read.
    public init(_ title: String, in directory: String, isRepeatable: Bool) throws {
        let name = title.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "_").lowercased()
        if isRepeatable {
            files = [
                File(
                    path: "\(directory)/R__\(name).sql",
                    text: "-- \(title)\n-- Run again whenever it has changed.\n\nCREATE OR REPLACE \n")
            ]
            return
        }
        var newest: Int64 = 0
        if let names = try? FileManager.default.contentsOfDirectory(atPath: directory) {
            for case .versioned(let version, _) in names.compactMap({ MigrationFileName($0) }) {
                newest = max(newest, version)
            }
        }
        guard newest < Self.lastVersion else {
            throw FileError.unwritable(
                path: directory, reason: "version \(newest) is there, and a version has at most 18 digits")
        }
        let digits = String(newest + 1)
        let stem = "\(directory)/V\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)__\(name)"
        files = [
            File(path: "\(stem).sql", text: "-- \(title)\n-- Why: \n\n"),
            File(path: "\(stem).down.sql", text: "-- Takes back: \(title)\n\n"),
        ]
    }

    /// Writes the files; none that is there is overwritten, and then none is written.
    ///
    /// - Throws: ``FileError``, `PrivateFolderError` for a file in the place of the folder, `CocoaError` when the folder
    ///   cannot be made.
    public func write() throws {
        var drafts: [FileDraft] = []
        for file in files {
            let folder = FilePath.folder(of: file.path)
            var status = stat()
            if stat(folder, &status) == 0, status.st_mode & S_IFMT != S_IFDIR {
                throw PrivateFolderError.notFolder(path: folder)
            }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let draft = try FileDraft(file.path) { _ in false }
            try draft.write(Array(file.text.utf8))
            drafts.append(draft)
        }
        for draft in drafts { try draft.publish() }
    }
}
