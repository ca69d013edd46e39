import CUchardet

/// uchardet, which knows the frequencies of letters in many languages.
enum UniversalDetector {
    /// The name of the encoding that it takes a text for; nil where it does not say.
    static func detect(_ sample: ArraySlice<UInt8>) -> String? {
        guard let detector = uchardet_new() else { return nil }
        defer { uchardet_delete(detector) }
        let isTaken = sample.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return uchardet_handle_data(detector, start.assumingMemoryBound(to: CChar.self), bytes.count) == 0
        }
        guard isTaken else { return nil }
        uchardet_data_end(detector)
        let name = String(cString: uchardet_get_charset(detector))
        return name.isEmpty ? nil : name
    }
}
