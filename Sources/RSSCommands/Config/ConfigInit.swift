import ArgumentParser
import Foundation
import RSSCore
import RSSModel
import RSSSystem

/// `rssctl config init`
package struct ConfigInit: Verb {
    package static let declaration = Declaration(
        "config init", "Write a template of the configuration file, with every setting as a comment", effect: .writes,
        journaled: false,
        examples: [
            .init("Show it first", "rssctl config init --dry-run"),
            .init("Into a file of your choice", "rssctl config init rssctl.yaml"),
        ], exits: [.cannotWrite, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Flag(name: .customLong("print"), help: "Show the file and write nothing; the same as --dry-run.")
    var printOnly = false

    @Argument(help: "Where to write it; by default the user's configuration folder.", completion: .file())
    var path: String?

    package init() {}

    package func execute(_ context: Context) async throws -> ConfigTemplate {
        let environment = context.world.environment
        let base = UserFolder.configuration(environment) ?? "\(UserFolder.ofAccount)/.config"
        let isPlaceOurs = path == nil
        let path = path ?? "\(base)/rssctl/config.yaml"
        let text = SettingsTemplate.text
        if !context.isDryRun, !printOnly {
            try SettingsTemplate.write(to: path, isPlaceOurs: isPlaceOurs)
            context.progress(.note("Wrote \(path); the commented values are the built-in ones."))
        }
        return ConfigTemplate(path: path, text: text)
    }
}

/// The result of `config init`.
package struct ConfigTemplate: CommandResult {
    let path: String
    let text: String

    package var tables: [Table] {
        [
            Table(
                script: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), named: "file",
                header: "# \(path)")
        ]
    }
}
