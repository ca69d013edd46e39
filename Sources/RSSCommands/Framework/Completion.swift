import Journal
import RSSCore

/// Values that completion scripts ask for. Only what is cheap: no server is asked; what cannot be read completes to nothing.
enum Completion {
    /// Profiles of the configuration file.
    @Sendable static func profiles(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        (try? Settings.load(environment: World.real.environment))?.profiles ?? []
    }

    /// The newest runs.
    @Sendable static func runs(_ words: [String], _ index: Int, _ prefix: String) -> [String] {
        let journal = try? Journal(path: World.real.journalPath)
        return ["last"] + ((try? journal?.runs(RunFilter(limit: 30))) ?? []).map(\.id)
    }
}
