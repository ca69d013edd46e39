// RSSCore
