import RSSCommands

await Root.main()
