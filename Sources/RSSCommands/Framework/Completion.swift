import Foundation
import Journal
import RSSCore

/// Values that completion scripts ask for. Only what is cheap: no server is asked; what cannot be read completes to nothing.
enum Completion {
    /// Profiles of the configuration file, of the one that is named on the line where one is.
    @Sendable static func profiles(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        var path = words.last { $0.hasPrefix("--config=") }.map { String($0.dropFirst("--config=".count)) }
        if let flag = words.lastIndex(of: "--config"), words.indices.contains(flag + 1) { path = words[flag + 1] }
        // An error would be printed into the line that is being typed.
        return (try? Settings.load(environment: World.current.environment, path: path))?.profiles ?? []
    }

    /// The newest runs.
    @Sendable static func runs(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let path = World.current.journalPath
        // Completing a word must not create a journal.
        guard FileManager.default.fileExists(atPath: path) else { return ["last"] }
        let journal = try? Journal(path: path)
        return ["last"] + ((try? journal?.runs(RunFilter(limit: 30))) ?? []).map(\.id)
    }
}
