import RSSCommands

ProcessEnd.prepare(arguments: Array(CommandLine.arguments.dropFirst()))
await Root.main()
