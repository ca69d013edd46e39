// RSSCommands
