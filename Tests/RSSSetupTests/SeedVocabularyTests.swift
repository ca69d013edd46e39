import Testing

@testable import RSSSetup

@Suite struct SeedVocabularyTests {
    @Test func `no two organizations have the same name`() {
        #expect(Set((0..<1000).map(SeedVocabulary.companyName)).count == 1000)
    }

    @Test func `each topic is about half as common as the one before, and in no other text`() {
        var random = SeedRandom(seed: 7, stream: 1)
        var counts: [String: Int] = [:]
        for _ in 0..<(1 << 20) { if let topic = random.topic() { counts[topic, default: 0] += 1 } }
        for (index, topic) in SeedVocabulary.topics.prefix(10).enumerated() {
            let expected = Double(1 << 20) / Double(1 << (index + 2))
            #expect(abs(Double(counts[topic] ?? 0) - expected) < expected / 4, "\(topic) \(counts[topic] ?? 0)")
        }
        let texts = (SeedVocabulary.purposes + SeedVocabulary.remarks).map { $0.lowercased() }
        #expect(Set(SeedVocabulary.topics).count == 20)
        for topic in SeedVocabulary.topics { #expect(!texts.contains { $0.contains(topic) }, "\(topic)") }
    }
}
