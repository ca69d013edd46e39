import Foundation
import RSSCore
import RSSModel
import RSSSystem

/// The files of migrations at a commit of git: what is there already, so that the rest is what is new.
package struct LintBase: Sendable {
    /// The commit as it was named.
    let name: String
    /// The hash of each file at the commit, by its path as the files are named.
    let files: [String: String]
    /// The hash of each file as it is now.
    let current: [String: String]

    init(name: String, files: [String: String], current: [String: String]) {
        self.name = name
        self.files = files
        self.current = current
    }

    /// Reads the commit.
    ///
    /// - Throws: ``LintBaseError``, ``SubprocessError``.
    package init(_ name: String, of source: LintSource) async throws {
        guard !name.hasPrefix("-") else { throw LintBaseError.unknown(name, words: "It begins like a flag.") }
        guard let git = Subprocess.find("git") else { throw LintBaseError.gitMissing }
        var files: [String: String] = [:]
        var current: [String: String] = [:]
        let folders = Dictionary(grouping: source.files.map(\.name).filter { $0.contains("/") }) {
            FilePath.folder(of: $0)
        }.merging(Dictionary(grouping: source.files.map(\.name).filter { !$0.contains("/") }) { _ in "." }) { $0 + $1 }
        for (folder, names) in folders {
            func run(_ arguments: [String]) async throws -> String {
                let result = try await Subprocess(executable: git, arguments: ["-C", folder] + arguments).run()
                guard result.status == 0 else {
                    throw LintBaseError.unknown(
                        name, words: result.errors.trimmingCharacters(in: .whitespacesAndNewlines))
                }
                return result.output
            }
            let prefix = folder == "." ? "" : "\(folder)/"
            for entry in try await run(["ls-tree", "-z", name, "./"]).split(separator: "\0") {
                // `100644 blob HASH<TAB>NAME`
                let parts = entry.split(separator: "\t", maxSplits: 1)
                guard parts.count == 2, let hash = parts[0].split(separator: " ").last else { continue }
                files[prefix + FilePath.name(of: String(parts[1]))] = String(hash)
            }
            let hashes = try await run(["hash-object", "--"] + names.map { FilePath.name(of: $0) })
                .split(separator: "\n").map(String.init)
            for (file, hash) in zip(names, hashes) { current[file] = hash }
        }
        self.init(name: name, files: files, current: current)
    }

    /// Whether a file is at the commit as it is now.
    func has(_ file: String) -> Bool { files[file] != nil && files[file] == current[file] }
}

/// What keeps the files of a commit from being read.
package enum LintBaseError: ReportableError, Equatable {
    /// git is not installed.
    case gitMissing
    /// git knows no such commit, or there is no repository.
    case unknown(String, words: String)

    package var report: ErrorReport {
        switch self {
        case .gitMissing:
            ErrorReport(
                code: "RSS-MIGRATE-051", exit: .failed, message: "the program git is not installed",
                hint:
                    "Give the newest version that is applied with --since VERSION, or install git: apt-get install git")
        case .unknown(let name, let words):
            ErrorReport(
                code: "RSS-MIGRATE-052", exit: .dataError, message: "git cannot read the files at \(name)",
                detail: words, hint: "Fetch it, and let CI check out the whole history: git fetch origin \(name)")
        }
    }
}
