import Console
import Logging
import RSSCore
import RSSModel

/// Sends log lines to the console's stderr; statements are logged at `--verbose`.
struct ConsoleLogHandler: LogHandler {
    let console: Console
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    init(_ console: Console) {
        self.console = console
        logLevel = console.verbosity == .verbose ? .debug : .warning
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let message = Redaction.scrub("\(event.message)")
        let text = VisibleText.of(
            message.withoutLeadingComments.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        if event.level >= .warning {
            console.warning(text)
        } else {
            let milliseconds = event.metadata?["ms"].map { " (\($0) ms)" } ?? ""
            console.note("\(event.level == .debug ? "sql: " : "")\(text)\(milliseconds)")
        }
    }
}
