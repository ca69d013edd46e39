import RSSSystem

/// The texts that cells name by number: in memory up to a limit, the rest in temporary files.
final class SharedStrings {
    /// Bytes of texts that stay in memory.
    private static let memoryBytes = 4 << 20
    /// Texts that stay in memory.
    private static let memoryCount = 1 << 18
    private static let pieceBytes = 64 << 10

    /// The texts, one after the other, and where each of them ends.
    private struct Overflow {
        let texts: TemporaryFile
        let ends: TemporaryFile
        var waitingTexts: [UInt8] = []
        var waitingEnds: [UInt64] = []
        var end: UInt64 = 0
    }

    private let file: RandomAccessFile
    private let isSmall: (_ bytes: Int, _ count: Int) -> Bool
    private var texts: [UInt8] = []
    private var ends: [Int] = []
    private var overflow: Overflow?
    /// How many there are.
    private(set) var count = 0

    /// Reads the texts of a workbook.
    ///
    /// - Parameters:
    ///   - memoryBytes: the bytes of texts that are kept in memory; tests make it small.
    /// - Throws: ``WorkbookError``, `CancellationError`.
    init(_ workbook: Workbook, memoryBytes: Int = memoryBytes) throws {
        file = workbook.archive.file
        isSmall = { $0 <= memoryBytes && $1 < Self.memoryCount }
        guard let part = workbook.stringsPart, let entry = workbook.archive[part] else { return }
        var scanner = try XMLScanner(workbook.archive, entry)
        var isPhonetic = false
        while let event = try scanner.next() {
            switch event {
            case .start("si"): scanner.clearText()
            case .start("rPh"): isPhonetic = true
            case .end("rPh"): isPhonetic = false
            case .start("t"): scanner.collectsText = !isPhonetic
            case .end("t"): scanner.collectsText = false
            case .end("si"): try add(CellText.unescaped(scanner.text))
            default: continue
            }
        }
        try flush()
    }

    /// A text by its number.
    ///
    /// - Throws: ``WorkbookError``.
    func text(_ index: Int) throws(WorkbookError) -> [UInt8]? {
        guard index >= 0, index < count else { return nil }
        if index < ends.count { return Array(texts[(index == 0 ? 0 : ends[index - 1])..<ends[index]]) }
        guard let overflow else { return nil }
        let place = index - ends.count
        var bounds: [UInt64] = [0, 0]
        try fill(&bounds, from: overflow.ends, at: place * MemoryLayout<UInt64>.stride)
        var text = [UInt8](repeating: 0, count: Int(bounds[1] - bounds[0]))
        try fill(&text, from: overflow.texts, at: Int(bounds[0]))
        return text
    }

    private func add(_ text: [UInt8]) throws(WorkbookError) {
        count += 1
        if overflow == nil, isSmall(texts.count + text.count, ends.count) {
            texts += text
            ends.append(texts.count)
            return
        }
        if overflow == nil {
            // Zero in front, so that the bounds of a text are adjacent.
            overflow = try reporting { () throws(FileError) in
                Overflow(texts: try TemporaryFile(), ends: try TemporaryFile(), waitingEnds: [0])
            }
        }
        overflow?.waitingTexts += text
        overflow?.end += UInt64(text.count)
        if let end = overflow?.end { overflow?.waitingEnds.append(end) }
        if let waiting = overflow?.waitingTexts.count, let ends = overflow?.waitingEnds.count,
            waiting > Self.pieceBytes || ends > Self.pieceBytes / 8
        {
            try flush()
        }
    }

    private func flush() throws(WorkbookError) {
        guard let waiting = overflow else { return }
        overflow?.waitingTexts = []
        overflow?.waitingEnds = []
        try write(waiting.waitingTexts, to: waiting.texts)
        try write(waiting.waitingEnds, to: waiting.ends)
    }

    private func write<Element>(_ elements: [Element], to file: TemporaryFile) throws(WorkbookError) {
        try reporting { () throws(FileError) in
            var failure: FileError?
            elements.withUnsafeBytes { bytes in
                do throws(FileError) { try file.write(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
        }
    }

    private func fill<Element>(
        _ elements: inout [Element], from file: TemporaryFile, at offset: Int
    ) throws(WorkbookError) {
        var failure: FileError?
        elements.withUnsafeMutableBytes { buffer in
            do throws(FileError) { try file.read(into: buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw noRoom(failure) }
    }

    private func reporting<T>(_ work: () throws(FileError) -> T) throws(WorkbookError) -> T {
        do throws(FileError) { return try work() } catch { throw noRoom(error) }
    }

    private func noRoom(_ error: FileError) -> WorkbookError {
        .noRoom(file.name, folder: TemporaryFile.folder, reason: error.reason)
    }
}
