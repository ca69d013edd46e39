import CSV
import Foundation
import Testing

/// Texts that are not UTF-8: the encoding is found, or what it may be is said.
@Suite struct EncodingTests {
    private static let words: [String: [String]] = [
        "cs": [
            "Počítač", "Škoda Žižkov", "Kancelář ředitele", "Tiskárna", "Příšerně žluťoučký kůň", "Děčín",
            "Ústí nad Labem",
        ],
        "pl": ["Łódź", "Kraków", "Drukarka biurowa żółta", "Wrocław", "Księgowość", "Częstochowa", "Gdańsk Główny"],
        "de": ["Büro", "Müller", "Gerät", "Straße 5", "Küche", "Köln", "Schlüssel"],
        "fr": ["Genève", "Bibliothèque", "Réception", "Imprimante réseau", "Hôpital", "Salle à manger", "Forêt"],
        "es": ["España", "Teléfono", "Oficina de dirección", "Impresión", "Almacén", "Señal", "Número"],
        "ru": ["Ноутбук", "Бухгалтерия", "Отдел кадров", "Принтер цветной", "Москва", "Серверная", "Иванов"],
        "el": ["Αθήνα", "Υπολογιστής", "Εκτυπωτής", "Γραφείο", "Θεσσαλονίκη", "Οθόνη", "Αποθήκη"],
        "tr": ["Değirmen", "Işıklı Şehir", "Bilgisayar Odası", "Yazıcı", "İstanbul", "Müdürlük", "Güneş"],
        "ja": ["東京支社", "ノートパソコン", "経理部のプリンター", "会議室", "大阪", "サーバー", "電話"],
    ]

    private static func bytes(_ language: String, _ encoding: String.Encoding) throws -> [UInt8] {
        let rows = try #require(words[language]).enumerated().map { "SN-\($0.offset),\($0.element),ok\n" }
        return Array(try #require(("serial,name,note\n" + rows.joined()).data(using: encoding)))
    }

    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let path = "/tmp/rsscsv-\(UUID().uuidString).csv"
        try Data(bytes).write(to: URL(filePath: path))
        defer { unlink(path) }
        try body(path)
    }

    @Test(arguments: [
        ("cs", String.Encoding.windowsCP1250), ("pl", .windowsCP1250), ("cs", .isoLatin2), ("de", .windowsCP1252),
        ("de", .isoLatin1), ("fr", .windowsCP1252), ("es", .windowsCP1252), ("ru", .windowsCP1251),
        ("el", .windowsCP1253),
        ("tr", .windowsCP1254), ("ja", .shiftJIS),
    ])
    func `a text in an old encoding reads as it was written`(language: String, encoding: String.Encoding) throws {
        let bytes = try Self.bytes(language, encoding)
        let detection = DialectDetector.detect(bytes[...], isWhole: true)
        #expect(detection.encodings.isEmpty, "\(detection.encodings)")
        let records = try read(bytes, detection.dialect)
        #expect(records.dropFirst().map { $0[1] } == Self.words[language])
    }

    @Test func `where the old Macintosh may be meant, the user is asked`() throws {
        let text = "category,device_name\nLaptop,Büro Drucker\nLaptop,Müller\n"
        // ü is 9F there.
        let bytes = try #require(text.data(using: .isoLatin1)).map { $0 == 0xFC ? 0x9F : $0 }
        let choices = DialectDetector.detect(bytes[...], isWhole: true).encodings
        #expect(choices.count > 1)
        #expect(choices.contains { $0.fields == ["Büro Drucker", "Müller"] && $0.encoding.name == "MACINTOSH" })
    }

    @Test func `a line of UTF-8 in another encoding is found, and reads as it is`() throws {
        let line = { (index: Int) in "Laptop,Büro \(index),Müller\n" }
        for ending in ["\n", "\r\n", "\r"] {
            var bytes: [UInt8] = Array("category,name,maker\n".utf8)
            for index in 1...6 {
                bytes +=
                    index == 4 ? Array(line(index).utf8) : Array(try #require(line(index).data(using: .windowsCP1252)))
            }
            bytes = bytes.flatMap { $0 == 0x0A ? Array(ending.utf8) : [$0] }
            try withFile(bytes) { (path) throws in
                var reader = try RecordReader(path: path)
                #expect(reader.dialect.encoding == .windows1252 && reader.detection?.encodings == [])
                var foreign: [Int] = []
                while let record = try reader.next() {
                    if record.number > 1 { #expect(record.string(1) == "Büro \(record.number - 1)") }
                    if reader.isForeign(record) { foreign.append(record.line) }
                }
                #expect(foreign == [5])
            }
        }
    }

    @Test func `lines are checked as a whole, wherever the input is cut`() throws {
        let bytes =
            Array("a,Ã\n".utf8) + Array(try #require("b,Müller\n".data(using: .windowsCP1252))) + Array("c,Öl".utf8)
        var whole: [UInt8] = []
        var transcoder = Transcoder(.windows1252)
        bytes.withUnsafeBytes { transcoder.transcode($0, into: &whole) }
        transcoder.finish(into: &whole)
        #expect(String(decoding: whole, as: UTF8.self) == "a,Ã\nb,Müller\nc,Öl")
        for cut in 1..<bytes.count {
            var (output, pieces): ([UInt8], Transcoder) = ([], Transcoder(.windows1252))
            bytes[..<cut].withUnsafeBytes { pieces.transcode($0, into: &output) }
            bytes[cut...].withUnsafeBytes { pieces.transcode($0, into: &output) }
            pieces.finish(into: &output)
            #expect(output == whole)
        }
    }

    @Test(arguments: ["cp1250", "KOI8-R", "macintosh", "latin1", "shift_jis", "utf-8", "UTF-16LE", "windows-1252"])
    func `every name that iconv knows is an encoding`(name: String) { #expect(TextEncoding(named: name) != nil) }

    @Test(arguments: ["", "no-such-code", "utf-8//TRANSLIT", "/", " "])
    func `any other name is none`(name: String) { #expect(TextEncoding(named: name) == nil) }

    @Test func `a byte that means nothing affects its field only`() throws {
        let encoding = try #require(TextEncoding(named: "CP1253"))
        let records = try read(Array("a,b\n".utf8) + [0xD2, 0x2C, 0xC1, 0x0A], Dialect(encoding: encoding))
        #expect(records == [["a", "b"], ["<invalid>", "Α"]])
    }

    private func read(_ bytes: [UInt8], _ dialect: Dialect) throws -> [[String]] {
        var rows: [[String]] = []
        try withFile(bytes) { (path) throws in
            var reader = try RecordReader(path: path, dialect: dialect)
            while let record = try reader.next() { rows.append(Reading.values(record)) }
        }
        return rows
    }
}
