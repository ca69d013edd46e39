import ArgumentParser
import Console
import Foundation
import RSSCore

/// `rssctl docs`, for `make docs` and `make install`; not shown in help.
package struct DocsGroup: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Write man pages and the command reference", shouldDisplay: false,
        subcommands: [DocsReference.self, DocsErrors.self, DocsMan.self])

    package init() {}
}

/// `rssctl docs reference`
package struct DocsReference: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "reference", abstract: "Write the command reference as Markdown")

    @Argument(help: "The file.", completion: .file(extensions: ["md"]))
    var file: String

    package init() {}

    package func run() throws {
        try WholeFile.write(Data(ReferencePage.render(CommandTree.load()).utf8), to: file)
    }
}

/// `rssctl docs man`
package struct DocsMan: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "man", abstract: "Write a man page for each command")

    @Argument(help: "The folder.", completion: .directory)
    var folder: String

    package init() {}

    package func run() throws {
        for command in try CommandTree.load().command.all {
            try WholeFile.write(Data(ManPage.render(command).utf8), to: "\(folder)/\(ManPage.fileName(command))")
        }
    }
}

/// `rssctl docs errors`
package struct DocsErrors: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "errors", abstract: "Write the page of error codes as Markdown")

    @Argument(help: "The file.", completion: .file(extensions: ["md"]))
    var file: String

    package init() {}

    package func run() throws { try WholeFile.write(Data(ErrorPage.render().utf8), to: file) }
}
