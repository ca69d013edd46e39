import ArgumentParser

/// The options that every command has, which help lists in a place of their own: `rssctl help global`.
struct CommonOptions: ParsableCommand {
    @OptionGroup var global: GlobalOptions

    /// Their names, without hyphens; help and version are the parser's own.
    static let names: Set<String> = Set(all.flatMap { ($0.names ?? []).map(\.name) }).union([
        "help", "h", "version",
    ])

    /// The options; none where the parser's dump cannot be read, which the tests would notice.
    static let all: [CommandTree.Argument] =
        ((try? CommandTree.load(CommonOptions.self))?.command.visibleArguments ?? []).filter { argument in
            !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
        }
}
