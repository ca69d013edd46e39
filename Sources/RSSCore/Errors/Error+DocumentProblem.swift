extension Error {
    /// What is wrong with a document that could not be decoded, in words for the person who has it; any other error as it
    /// describes itself.
    package var documentProblem: String {
        guard let error = self as? DecodingError else { return "\(self)" }
        switch error {
        case .keyNotFound(let key, let context):
            return "\(Self.place(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context): return "\(Self.place(context.codingPath)) has no value"
        case .typeMismatch(let type, let context):
            return "\(Self.place(context.codingPath)) is not \(Self.kind(type))"
        case .dataCorrupted(let context):
            return context.codingPath.isEmpty ? "it is not valid JSON" : "\(Self.place(context.codingPath)) is invalid"
        @unknown default: return "it cannot be read"
        }
    }

    /// `the member policies[2].table`
    private static func place(_ path: [any CodingKey]) -> String {
        let text = path.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
        return text.isEmpty ? "the document" : "the member \(text)"
    }

    private static func kind(_ type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any Numeric.Type: "a number"
        case is any RangeReplaceableCollection.Type: "a list"
        default: "an object"
        }
    }
}
