import Foundation
import Glibc
import RSSCore
import RSSModel
import RSSSystem

/// New files of a folder of migrations.
package struct MigrationTemplate: Sendable {
    /// A file to be written.
    package struct File: Sendable, Equatable {
        /// The path.
        package let path: String
        /// What it holds.
        package let text: String
    }

    /// The files, the migration first.
    package let files: [File]
    /// Plans the files of a new migration, numbered after the newest of the folder and of those beside it.
    ///
    /// - Parameters:
    ///   - title: what the migration does, in words; letters, digits and blanks.
    ///   - source: the migrations that it is numbered after; those of the folder alone for nil.
    ///   - isRepeatable: whether it is one that is run whenever it has changed.
    /// - Throws: ``MigrateError`` when the folder holds files that cannot be read.
    package init(_ title: String, in directory: String, beside source: MigrationSource? = nil, isRepeatable: Bool)
        throws
    {
        let name = title.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "_").lowercased()
        if isRepeatable {
            files = [
                File(
                    path: "\(directory)/R__\(name).sql",
                    text: "-- \(title)\n-- Run again whenever it has changed.\n\nCREATE OR REPLACE \n")
            ]
            return
        }
        let source = source ?? .directory(directory)
        var newest: MigrationVersion = source.hasShipped ? 999 : .none
        // A folder that is not there yet has no versions.
        for folder in Set(source.folders + [directory]) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for case .versioned(let version, _) in names.compactMap({ MigrationFileName($0) }) {
                newest = max(newest, version)
            }
        }
        guard let next = newest.next else {
            throw FileError.unwritable(
                path: directory, reason: "Version \(newest) exists, and a version has at most 18 digits.")
        }
        let digits = next.description
        let stem = "\(directory)/V\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)__\(name)"
        files = [
            File(path: "\(stem).sql", text: "-- \(title)\n-- Why: \n\n"),
            File(path: "\(stem).down.sql", text: "-- Reverts: \(title)\n\n"),
        ]
    }

    /// Writes the files; none that is there is overwritten, and then none is written.
    ///
    /// - Throws: ``FileError``, `PrivateFolderError` for a file in the place of the folder, `CocoaError` when the folder
    ///   cannot be made.
    package func write() throws {
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
