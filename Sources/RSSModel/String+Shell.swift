extension String {
    /// The text as one word of a shell's command line, for commands that are printed to be run: in single quotes where a
    /// shell would read it otherwise.
    package var shellWord: String {
        wholeMatch(of: /[A-Za-z0-9_.,:\/@%+=\-]+/) != nil ? self : "'\(replacing("'", with: "'\\''"))'"
    }
}
