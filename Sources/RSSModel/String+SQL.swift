extension String {
    /// SQL text without the comment lines at its head, for messages: the files of queries begin with their explanation.
    package var withoutLeadingComments: String {
        split(separator: "\n", omittingEmptySubsequences: false).drop { $0.isEmpty || $0.hasPrefix("--") }
            .joined(separator: "\n")
    }
}
