"""Words and short texts, written for this corpus, from which responses are made."""

# A few sentences in each language that IFEval names.
LANGUAGES = {
    "en": "The old bridge was closed this morning. Nobody could say why, but the water had risen in the night.",
    "es": "El puente viejo se cerró esta mañana. Nadie sabía por qué, pero el agua había subido durante la noche.",
    "pt": "A ponte velha foi fechada esta manhã. Ninguém sabia dizer porquê, mas a água tinha subido durante a noite.",
    "ar": "أُغلق الجسر القديم هذا الصباح. لم يعرف أحد السبب، لكن الماء ارتفع في الليل.",
    "hi": "पुराना पुल आज सुबह बंद कर दिया गया। किसी को कारण नहीं पता था, लेकिन रात में पानी बढ़ गया था।",
    "fr": "Le vieux pont a été fermé ce matin. Personne ne savait pourquoi, mais l'eau était montée pendant la nuit.",
    "ru": "Старый мост закрыли сегодня утром. Никто не знал почему, но вода поднялась за ночь.",
    "de": "Die alte Brücke wurde heute Morgen gesperrt. Niemand wusste warum, aber das Wasser war in der Nacht gestiegen.",
    "ja": "古い橋は今朝閉鎖されました。理由は誰も知りませんでしたが、夜の間に水かさが増していました。",
    "it": "Il vecchio ponte è stato chiuso questa mattina. Nessuno sapeva perché, ma l'acqua era salita durante la notte.",
    "bn": "পুরনো সেতুটি আজ সকালে বন্ধ করে দেওয়া হয়েছে। কেউ কারণ জানত না, কিন্তু রাতে জল বেড়ে গিয়েছিল।",
    "uk": "Старий міст закрили сьогодні вранці. Ніхто не знав чому, але вода піднялася за ніч.",
    "th": "สะพานเก่าถูกปิดเมื่อเช้านี้ ไม่มีใครรู้ว่าทำไม แต่น้ำได้ขึ้นสูงในตอนกลางคืน",
    "ur": "پرانا پل آج صبح بند کر دیا گیا۔ کسی کو وجہ معلوم نہیں تھی، لیکن رات کو پانی بڑھ گیا تھا۔",
    "ta": "பழைய பாலம் இன்று காலை மூடப்பட்டது. ஏன் என்று யாருக்கும் தெரியவில்லை, ஆனால் இரவில் நீர் உயர்ந்தது.",
    "te": "పాత వంతెన ఈ ఉదయం మూసివేయబడింది. ఎందుకో ఎవరికీ తెలియదు, కానీ రాత్రి నీరు పెరిగింది.",
    "bg": "Старият мост беше затворен тази сутрин. Никой не знаеше защо, но водата се беше покачила през нощта.",
    "ko": "오래된 다리가 오늘 아침에 폐쇄되었습니다. 아무도 이유를 몰랐지만 밤사이 물이 불어났습니다.",
    "pl": "Stary most został dziś rano zamknięty. Nikt nie wiedział dlaczego, ale woda podniosła się w nocy.",
    "he": "הגשר הישן נסגר הבוקר. איש לא ידע מדוע, אבל המים עלו במשך הלילה.",
    "fa": "پل قدیمی امروز صبح بسته شد. هیچ‌کس نمی‌دانست چرا، اما آب در شب بالا آمده بود.",
    "vi": "Cây cầu cũ đã bị đóng cửa sáng nay. Không ai biết tại sao, nhưng nước đã dâng lên trong đêm.",
    "ne": "पुरानो पुल आज बिहान बन्द गरियो। कसैलाई कारण थाहा थिएन, तर राति पानी बढेको थियो।",
    "sw": "Daraja la zamani lilifungwa asubuhi hii. Hakuna aliyejua sababu, lakini maji yalikuwa yameongezeka usiku.",
    "kn": "ಹಳೆಯ ಸೇತುವೆಯನ್ನು ಇಂದು ಬೆಳಿಗ್ಗೆ ಮುಚ್ಚಲಾಯಿತು. ಏಕೆ ಎಂದು ಯಾರಿಗೂ ತಿಳಿದಿರಲಿಲ್ಲ, ಆದರೆ ರಾತ್ರಿ ನೀರು ಏರಿತ್ತು.",
    "mr": "जुना पूल आज सकाळी बंद करण्यात आला. का ते कोणालाच माहीत नव्हते, पण रात्री पाणी वाढले होते.",
    "gu": "જૂનો પુલ આજે સવારે બંધ કરવામાં આવ્યો. શા માટે તે કોઈને ખબર ન હતી, પણ રાત્રે પાણી વધી ગયું હતું.",
    "pa": "ਪੁਰਾਣਾ ਪੁਲ ਅੱਜ ਸਵੇਰੇ ਬੰਦ ਕਰ ਦਿੱਤਾ ਗਿਆ। ਕਿਸੇ ਨੂੰ ਕਾਰਨ ਨਹੀਂ ਪਤਾ ਸੀ, ਪਰ ਰਾਤ ਨੂੰ ਪਾਣੀ ਵਧ ਗਿਆ ਸੀ।",
    "ml": "പഴയ പാലം ഇന്ന് രാവിലെ അടച്ചു. എന്തുകൊണ്ടെന്ന് ആർക്കും അറിയില്ലായിരുന്നു, പക്ഷേ രാത്രിയിൽ വെള്ളം ഉയർന്നിരുന്നു.",
    "fi": "Vanha silta suljettiin tänä aamuna. Kukaan ei tiennyt miksi, mutta vesi oli noussut yön aikana.",
}

SUBJECTS = (
    "the baker", "my neighbour", "a tall woman", "Dr. Ellis", "the night train", "our cat", "Prof. Moreno", "the U.S. team",
    "St. Mary's choir", "an honest clerk", "Mr. T. J. Okafor", "the river", "every child", "J. Smith", "NASA", "the UN envoy",
)
VERBS = (
    "carried", "painted", "forgot", "measured", "wrote about", "walked around", "sold", "counted", "praised", "repaired",
    "dreamt of", "looked for",
)
OBJECTS = (
    "the green door", "3.5 litres of milk", "two letters", "a map of the coast", "the story", "fig. 4", "a clock (the old one)",
    "\"quiet\" music", "the No. 7 bus", "$1,200.50", "ice, salt and bread", "the well-known song", "its shadow", "the e-mail",
    "items such as e.g. nails", "the 9 a.m. meeting", "a friend's coat", "everything",
)
ENDINGS = (
    ".", ".", ".", ".", ".", ".", "!", "?", "...", ".\"", "!)", "?!", " .", ".'", " ... and so on.", ": yes.", "; no.", "…", ".)",
    ".”",
)
LINKS = ("", "", "", "However, ", "Then ", "In short, ", "i.e. ", "At 5 p.m. ", "- ", "1. ", "(Perhaps) ", "“Oh,” ", "Well... ")

# Code points that tools treat differently: spaces, line ends, marks, joiners, cases, digits, width.
ODD = (
    "\u00a0", "\u200b", "\ufeff", "\u2028", "\u2029", "\u0085", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1f", "\u3000", "\u202f",
    "\u00ad", "\u200d", "e\u0301", "\u0301", "é", "ß", "ẞ", "ſ", "K", "İ", "ı", "ﬁ", "ǅ", "ª", "º", "ⓐ", "Ⓐ", "Ⅷ", "ⅷ", "²", "½",
    "٣", "३", "𝐀", "𝟙", "Σ", "ΑΣ", "ΟΔΟΣ", "σ", "ς", "नमस्ते", "ไทย", "漢字", "😀", "👩‍👩‍👧", "🇫🇷", "，", "،", "、", "“", "”", "‘", "’", "«", "»",
    "＊", "＜＜", "＞＞", "［", "］", "—", "–", "−", "•", "‣", "\t", "\x00", "\x7f", "\U000e0041", "\U0010fffd",
)

# Around the edges of the patterns of single rules.
EDGES = (
    "*", "**", "***", "****", "*****", "******", "*******", "* *", "** **", "*a*", "**a**", "***a***", "*a**", "**a*", "* a *",
    "*\n*", "**\n**", "*a\n*", "*\u00a0*", "**\u2003**", "*a*b*", "**a**b**", "*a**b*", "\n***\n", " *** ", "\n\n***\n\n", "***\n***",
    "\n* a\n", "\n*a\n", "\n*\n", "\n*\n\n* b", "\n*\nx", "\n - c\n", "\n\t* d\n", "\n---\n", "\n- \n", "\n-", "\n\n  \n * e", "\n**bold** f",
    "\n*** g", "\r\n* h\r\n", "\x0b* i", "\u2028- j", "\n1. k", "\n\u00a0- l", "\n• m", "\n– n",
    "[]", "[a]", "[[b]]", "[c\n]", "[d] [e]", "[", "]", "[[[", "]]]", "[f[g]h]", "[\r]", "[\u2028]",
    "<<>>", "<<a>>", "<< >>", "<<<b>>>", "<<\n>>", "<<c>", "<d>>", "<<e>>>>", "<<>>>", "<<<>>>", "<<f>> and <<g>>", "<< \u00a0 >>", ">><<",
    "P.S.", "P.P.S", "p. s.", "P .S.", "P.S", "PS:", "P. P. S.", "p.p.s", "P.\nS.", "P.\u00a0P.\u00a0S", "P.  S.", "\nP.S. more", "xP.P.Sx",
    "SECTION 1", "Section 2", "section 3", "SECTION3", "SECTION\n4", "SECTION  5", "Section ٣", "Day 1", "Day 2:", "PARAGRAPH 1",
    "PARAGRAPH 12 x", "Audience 1", "Audience II", "Section 1 Section 2", "Section 1Section 2",
    "My answer is yes.", "My answer is no.", "My answer is maybe.", "my answer is yes.", "My answer is yes", "My answer is  no.",
    "\"", "\"\"", "“x”", "'x'", "```", "```json", "{}", "[1]", "\n\n", "\n\n\n", "\n\n\n\n", "\n", " ", "   ", "a", "I", "AB", "A.B.", "OK", "USA-EU",
)

# Texts around the edges of JSON.
JSON = (
    "{}", "[]", "null", "1", "-1.5e+3", "01", "1.", ".5", "+1", "-", "1e", "NaN", "-Infinity", "Infinity", "nan", "\"a\"", "'a'", "\"a", "\"\\u12\"",
    "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\x\"", "\"a\tb\"", "\"a\nb\"", "[1,]", "[,]", "[1 2]", "{\"a\":1,}", "{\"a\" : 1 , \"a\" : [true,false,null]}",
    "{a:1}", "{\"a\":}", "{\"a\"}", "{1:2}", "\ufeff{}", "\u00a0{}", "{}\x0b", "{\u00a0}", "{} {}", "[[[[1]]]]", "[[[1]]", "True", "{\"é\": \"\u2028\"}",
    "1" * 4300, "1" * 4301, "-" + "1" * 4300, "1" * 4301 + ".0", "1E400", "// c\n{}", "\"\\/\\b\\f\\n\\r\\t\\\\\\\"\"", "\"\x7f\"", "-0", "-01", "0e0", "{\"a\":{\"b\":[{}]}}",
)
