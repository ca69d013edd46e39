import Foundation

/// The JSON document of a result: `{"command":"report query","format":1,"result":…}`.
///
/// Pretty-printed with sorted keys, so that two runs can be compared with `diff`; dates in ISO 8601 UTC.
enum JSONDocument {
    /// The version of the envelope; it changes when a script that reads it would break.
    static let format = 1

    private struct Envelope<Result: Encodable>: Encodable {
        let format = JSONDocument.format
        let command: String
        let result: Result
    }

    static func encode(_ result: some Encodable, command: String) throws(ConsoleError) -> String {
        try text(of: Envelope(command: command, result: result), formatting: [.prettyPrinted, .sortedKeys])
    }

    /// Any value as JSON; one line unless asked for pretty printing.
    static func text(
        of value: some Encodable, formatting: JSONEncoder.OutputFormatting = .sortedKeys
    ) throws(ConsoleError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting.union(.withoutEscapingSlashes)
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            try container.encode(UTCTime.iso8601(date))
        }
        do {
            return JSONText.harmless(String(decoding: try encoder.encode(value), as: UTF8.self))
        } catch {
            throw .encodingFailed(reason: "\(error)")
        }
    }
}
