"""Errors as the window tells them: qa's are English, one line and a hint; in Chinese they are looked up here.

``{field}`` stands for what an error names: a file, a number, a date. What is not in the tables stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from qa import Addition, YindaError
from ui.texts.texts import Texts

_MESSAGES = (
    # Documents
    ("{path} is a folder, not a document.", "{path} 是文件夹，不是文档。"),
    ("{name} has {size} MB; at most {most} MB are read.", "{name} 有 {size} MB，最多能读 {most} MB。"),
    ("{name} has more than {size} MB, which is not taken.", "{name} 超过 {size} MB，没有上传。"),
    ("There is no file {path}.", "没有 {path} 这个文件。"),
    (
        "{name} holds no text, only pictures of its pages: it looks like a scan.",
        "{name} 里没有文字，只有图片：看来是扫描件。",
    ),
    (
        "{name} holds no text that can be read: its fonts do not say which characters they show.",
        "{name} 里的文字读不出来：它的字体没有说明显示的是哪些字。",
    ),
    (
        "{name} holds no text, only drawings: its letters may have been turned into lines.",
        "{name} 里没有文字，只有图形：字可能已经转成了线条。",
    ),
    ("{name} is damaged: none of its pages can be read.", "{name} 已损坏，没有一页能读。"),
    ("{name} is empty: it holds no text.", "{name} 里没有文字。"),
    ("{name} is empty.", "{name} 是空的。"),
    ("{name} is a PDF, which this version does not read.", "{name} 是 PDF，这个版本还不能读。"),
    ("{name} needs a password.", "{name} 有密码。"),
    ("{name} is encrypted in a way that is not read.", "{name} 的加密方式不能读。"),
    ("{name} is damaged or no PDF.", "{name} 已损坏，或者不是 PDF。"),
    ("{name} has {pages} pages; at most {most} are read.", "{name} 有 {pages} 页，最多能读 {most} 页。"),
    (
        "{name} takes too long to read: page {page} of {pages} after {seconds} seconds.",
        "{name} 读得太久：{seconds} 秒只读到第 {page} 页，共 {pages} 页。",
    ),
    ("page {page} is damaged and cannot be shown.", "第 {page} 页已损坏，显示不了。"),
    ("{title} has no page {page}", "{title}没有第 {page} 页"),
    ("{title} has no pages ({format})", "{title}不分页（{format}）"),
    ("a page {width} pixels wide cannot be made", "原页图像不能是 {width} 像素宽"),
    ("page {page} has more than {most} characters.", "第 {page} 页超过 {most} 个字。"),
    ("{name} is an old or encrypted Word file, which is not read.", "{name} 是旧版或加密的 Word 文件，不能读。"),
    ("{name} is damaged or no Word document.", "{name} 已损坏，或者不是 Word 文档。"),
    ("{name} is an old or encrypted Excel file, which is not read.", "{name} 是旧版或加密的 Excel 文件，不能读。"),
    (
        "{name} is an old or encrypted PowerPoint file, which is not read.",
        "{name} 是旧版或加密的 PowerPoint 文件，不能读。",
    ),
    ("{name} is damaged or no workbook.", "{name} 已损坏，或者不是 Excel 工作簿。"),
    ("{name} is damaged or no presentation.", "{name} 已损坏，或者不是演示文稿。"),
    ("{name} is damaged or no table: {reason}.", "{name} 已损坏，或者不是表格：{reason}。"),
    ("{name} has more than {count} cells.", "{name} 的单元格超过 {count} 个。"),
    ("{name} has more than {count} slides.", "{name} 的幻灯片超过 {count} 张。"),
    ("{name} unpacks to more than {size} MB.", "{name} 解压后超过 {size} MB。"),
    ("{name} holds more than {count} files.", "{name} 里的文件超过 {count} 个。"),
    (
        "{name} declares XML entities, which no Office program writes: it is not read.",
        "{name} 声明了 XML 实体，Office 软件不会这样写，因此不读。",
    ),
    ("{name} has an unknown format.", "{name} 的格式不认识。"),
    ("the Library at {folder} is damaged: {reason}", "资料库 {folder} 已损坏：{reason}"),
    ("nothing can be read of {file}", "{file} 什么都读不出来"),
    # The process that reads
    (
        "{name} cannot be read: it is damaged in a way that was not foreseen ({kind}).",
        "{name} 读不了：它以没有料到的方式损坏了（{kind}）。",
    ),
    ("{name} cannot be read: the program that reads it crashed over it.", "{name} 读不了：读它的程序崩溃了。"),
    ("{name} cannot be read: the program that reads it gave no sense.", "{name} 读不了：读它的程序给不出结果。"),
    ("{name} takes longer to read than {seconds} seconds.", "{name} {seconds} 秒还没有读完。"),
    ("{name} needs more than {size} MB of memory to be read.", "读 {name} 需要的内存超过 {size} MB。"),
    ("no process to read documents with could be started: {reason}", "启动不了读文档的进程：{reason}"),
    ("there is no Python to read documents with", "找不到用来读文档的 Python"),
    ("{name} nests its elements more than {most} deep.", "{name} 的元素嵌套超过 {most} 层。"),
    # Archives and messages
    ("{name} unpacks to more than {size} MB, with what is in it.", "{name} 连同里面的压缩包，解压后超过 {size} MB。"),
    ("{name} holds no document that can be read.", "{name} 里没有能读的文档。"),
    (
        "{name} is an archive in {depth} others; at most {most} are opened.",
        "{name} 套在 {depth} 层压缩包里，最多打开 {most} 层。",
    ),
    ("{name} is an archive, not a document.", "{name} 是压缩包，不是文档。"),
    ("{name} is no archive.", "{name} 不是压缩包。"),
    ("{name} is damaged or no ZIP archive.", "{name} 已损坏，或者不是 ZIP 压缩包。"),
    ("{name} is damaged inside its archive.", "{name} 在压缩包里已损坏。"),
    ("{name} is packed in a way that is not read.", "{name} 的压缩方式不能读。"),
    ("{name} is no longer in its archive", "{name} 已经不在压缩包里了"),
    ("{name} is in the archive twice; the first is taken.", "{name} 在压缩包里有两份，只取第一份。"),
    ("{name} has a path that leads out of the archive.", "{name} 的路径指到了压缩包外面。"),
    ("{name} is a link, which is not followed.", "{name} 是链接，没有跟过去。"),
    ("{name} is a device or a pipe, not a file.", "{name} 是设备或管道，不是文件。"),
    ("{name} is encrypted.", "{name} 有密码。"),
    ("{name} is damaged or no message.", "{name} 已损坏，或者不是邮件。"),
    ("{name} holds no page.", "{name} 里没有网页。"),
    # Folders, patterns, addresses
    ("{path} is a link that leads back to itself", "{path} 是指向自己的链接"),
    ("{path} is a link to a folder that it is in", "{path} 是指向它所在文件夹的链接"),
    ("the folder {path} cannot be looked into: {reason}", "文件夹 {path} 打不开：{reason}"),
    ("there is no folder {path}", "没有 {path} 这个文件夹"),
    ("nothing that can be read fits {pattern}", "没有符合 {pattern} 的能读的文档"),
    ("{address} is no address that can be fetched.", "{address} 不是可以下载的网址。"),
    ("{address} leads on more than {most} times.", "{address} 的跳转超过 {most} 次。"),
    (
        "{address} leads to {place}, which is not on the public internet: it is not fetched.",
        "{address} 指向 {place}，不在公共互联网上，因此没有下载。",
    ),
    ("{address} gives no document: the server answers {status}.", "{address} 没有给出文档：服务器答复 {status}。"),
    ("{address} gives more than {size} MB.", "{address} 的内容超过 {size} MB。"),
    ("{address} is sent in a way that is not read ({encoding}).", "{address} 的传输方式不能读（{encoding}）。"),
    ("{address} takes longer than {seconds} seconds.", "{address} {seconds} 秒还没有下载完。"),
    ("{address}: there is no server {host}.", "{address}：没有 {host} 这个服务器。"),
    ("{address}: the server does not answer.", "{address}：服务器没有应答。"),
    ("{address}: the server breaks off its answer.", "{address}：服务器中途断开了。"),
    ("{address}: the server does not prove who it is.", "{address}：服务器证明不了自己的身份。"),
    (
        "{name} is not readable text: its bytes fit none of {encodings}.",
        "{name} 的编码认不出来：不是 UTF-8、UTF-16、GB18030 或 Big5。",
    ),
    ("{name} is a binary file, not a text.", "{name} 不是文本文件。"),
    ("{name} is {what}, not a text.", "{name} 其实是{what}，不是文本。"),
    ("{name}: the file name is not valid UTF-8", "{name}：文件名不是有效的 UTF-8"),
    ("there is no file or folder {path}", "没有 {path} 这个文件或文件夹"),
    ("the folder {path} holds no document that can be read", "文件夹 {path} 里没有能读的文档"),
    ("{path} is not a file", "{path} 不是文件"),
    ("no document {id} in this Library", "这个资料库里没有文档{id}"),
    # What is written into a document's title, date and organisation
    ("a document's title cannot be empty", "标题不能为空"),
    ("the {field} has {count} characters; at most {most} are kept", "{field}有 {count} 个字，最多 {most} 个"),
    ("the {field} {value} holds control characters", "{field}{value}里有控制字符"),
    ("{option}: {value} is not a date", "{value}不是日期"),
    ("{value} is not a date", "{value}不是日期"),
    # Libraries
    ("a Library cannot be called {name}", "资料库不能叫{name}"),
    ("there is a folder {name} already", "已经有叫{name}的文件夹了"),
    ("there is no Library {name} here", "这里没有资料库{name}"),
    ("no Library at {path}", "{path} 那里没有资料库"),
    ("letters in pictures cannot be recognised here", "这里不能识别图片里的字"),
    ("{path} is a file, not a Library folder", "{path} 是文件，不是资料库的文件夹"),
    ("the folder {path} cannot be made: {reason}", "文件夹 {path} 建不了：{reason}"),
    ("{path} is a database, but not a {kind}", "{path} 是数据库，但不是{kind}"),
    ("{path} is not a sound {kind}: {reason}", "{path} 不是完好的{kind}：{reason}"),
    (
        "{thing} was made by a newer version of Yinda (its layout is {version}, this version knows {known})",
        "{thing}是更新版本的引答建立的（格式 {version}，这个版本只认识 {known}）",
    ),
    ("{thing} is busy: another process is writing to it", "{thing}正忙：另一个程序在写它"),
    (
        "another process changed {thing} in the same place at the same time",
        "另一个程序同时改了{thing}的同一处",
    ),
    (
        "{thing} was not closed in the end, and cannot be written to be mended",
        "{thing}上次没有正常关闭，又不能写，无法修复",
    ),
    (
        "this Library was made with the model {model} ({dimension} dimensions), not with {other} ({others} dimensions)",
        "这个资料库是用模型 {model}（{dimension} 维）建立的，不是 {other}（{others} 维）",
    ),
    ("{thing} cannot be opened or written: {reason}", "{thing}打不开或写不了：{reason}"),
    ("{thing} cannot be opened: {reason}", "{thing}打不开：{reason}"),
    ("{thing} cannot be written: {reason}", "{thing}不能写：{reason}"),
    ("{thing} cannot be read: {reason}.", "{thing}读不了：{reason}。"),
    ("{thing} cannot be read: {reason}", "{thing}读不了：{reason}"),
    # Conversations, and what people say of an answer
    ("this conversation is gone: it was deleted", "这段对话已经删除了"),
    ("the title is empty", "名字不能为空"),
    ("the title has {count} characters, and at most {most} are kept", "名字有 {count} 个字，最多 {most} 个"),
    ("unknown verdict {value}", "没有{value}这种评价"),
    # Questions
    ("the question is empty", "问题是空的"),
    ("the question has {count} characters; at most {most} are read", "问题有 {count} 个字，最多 {most} 个"),
    (
        "the least confidence is {value}, and a probability is between 0 and 1",
        "最低可信度是 {value}，而概率在 0 和 1 之间",
    ),
    # The model
    (
        "The default model cannot be unpacked into {path}: {reason}",
        "默认模型无法解压到 {path}：{reason}",
    ),
    ("The package {name}, which carries the default model, is not installed.", "没有安装带默认模型的软件包 {name}。"),
    ("The default model's file cannot be read: {path}", "默认模型的文件读不了：{path}"),
    ("{path} is not the file of {package}, or it is damaged.", "{path} 不是 {package} 的文件，或者已损坏。"),
    ("{path} does not fit the default model: {reason}", "{path} 和默认模型不符：{reason}"),
    ("There is no model folder {path}.", "没有模型文件夹 {path}。"),
    ("The model {name} cannot be loaded: {reason}", "模型 {name} 载入不了：{reason}"),
    ("The model {name} does not say how many dimensions its vectors have.", "模型 {name} 没有说明向量有多少维。"),
)

_HINTS = (
    # Documents
    ("Give a file, or add the folder as a whole.", "请给一个文件，或者添加整个文件夹。"),
    ("Split it into parts.", "请拆成几份。"),
    ("Split it into parts, or print it to a new PDF.", "请拆成几份，或者打印成新的 PDF。"),
    ("Check the path.", "请检查路径。"),
    ("check the spelling of the path", "请检查路径有没有写错"),
    ("Check its permissions.", "请检查它的权限。"),
    ("Check that the file was saved completely.", "请看看文件有没有保存完整。"),
    ("Save it as DOCX, HTML or text.", "请另存为 DOCX、HTML 或文本。"),
    ("Save it as DOCX without a password.", "请另存为不带密码的 DOCX。"),
    ("Save it as XLSX without a password.", "请另存为不带密码的 XLSX。"),
    ("Save it as PPTX without a password.", "请另存为不带密码的 PPTX。"),
    ("Save it as UTF-8 and add it again.", "请另存为 UTF-8 编码，再添加一次。"),
    ("Formats that are read: {formats}", "能读的格式：{formats}"),
    ("Yinda reads {formats}", "引答能读：{formats}"),
    ("Give the file the suffix of its format.", "请把文件的后缀改成它真正的格式。"),
    (
        "Give the file the suffix of its format, or save its content as a text file.",
        "请把文件的后缀改成它真正的格式，或者把内容存成文本文件。",
    ),
    ("Open it in a word processor and save it as DOCX again.", "请用文字处理软件打开，再存成 DOCX。"),
    ("Open it in a spreadsheet program and save it as XLSX again.", "请用表格软件打开，再存成 XLSX。"),
    ("Open it in a presentation program and save it as PPTX again.", "请用演示软件打开，再存成 PPTX。"),
    ("Open it in a spreadsheet program and save it again.", "请用表格软件打开，再存一次。"),
    ("Open it in an Office program and save it again.", "请用 Office 软件打开，再存一次。"),
    ("Open it in a PDF viewer and print or save it without one.", "请用 PDF 阅读器打开，打印或另存为不带密码的。"),
    ("Open it in a PDF viewer and print it to a new PDF.", "请用 PDF 阅读器打开，打印成新的 PDF。"),
    (
        "Open it in a PDF viewer and save it again, or fetch it anew.",
        "请用 PDF 阅读器打开再存一次，或者重新下载。",
    ),
    ("Open the document in a PDF viewer and save it again.", "请用 PDF 阅读器打开，再存一次。"),
    ("name a page from 1 to {count}", "请给 1 到 {count} 之间的页码"),
    ("it has one page", "它只有一页"),
    ("only PDF documents have pages to show", "只有 PDF 有原页"),
    ("name a width from 16 to 4000", "宽度请在 16 到 4000 之间"),
    ("Fetch it anew, or save it again.", "请重新下载，或者再存一次。"),
    ("Print the document to a new PDF.", "请把文档打印成新的 PDF。"),
    (
        "Let Yinda recognise its letters (OCR): yinda add --ocr, with the extra 'ocr' installed.",
        "装上 ocr 扩展后，可以在终端里用 yinda add --ocr 识别图片里的字；也可以先用 OCR 软件识别，再添加识别后的文件。",
    ),
    (
        "Run it through an OCR program, or add the file that it was made from.",
        "请用 OCR 软件识别，或者添加制作它的原文件。",
    ),
    ("rename the file, or its folder", "请给文件或它所在的文件夹改名"),
    ("save what it gives to a file first", "请先把内容存成文件"),
    ("list them with: yinda docs", "它可能已经移除了，请重新载入页面"),
    # What is written into a document's title, date and organisation
    ("give it a name that tells it from the others", "请起一个能和别的文档区分的名字"),
    ("shorten it", "请写短一些"),
    ("type it anew", "请重新输入"),
    ('write 2023, 2023-02 or 2023-02-24, or "" for no date', "请写成 2023、2023-02 或 2023-02-24，不填表示没有日期"),
    ("write 2023, 2023-02 or 2023-02-24", "请写成 2023、2023-02 或 2023-02-24"),
    # Libraries
    (
        "save what can be read of it with: yinda doctor --repair, or restore a back-up: yinda restore FILE",
        "请用 yinda doctor --repair 把还读得出的存下来，或者用 yinda restore FILE 恢复备份",
    ),
    (
        "use 1 to {most} letters, Chinese characters, digits, spaces and {marks}",
        "请用 1 到 {most} 个汉字、字母、数字、空格和 {marks}",
    ),
    ("no space or dot at the beginning or the end", "开头和结尾不能是空格或点"),
    ("Windows keeps that name for a device", "Windows 把这个名字留给了设备"),
    ("choose another name", "请换一个名字"),
    ("there are: {names}", "现有：{names}"),
    ("check the path, or make one with: yinda add PATH", "请检查路径，或者新建一个"),
    ("name a folder", "请给一个文件夹"),
    ("Open it in the program that it comes from, and save it again.", "请用原来的软件打开，再存一次。"),
    ("Save it as a text file.", "请存成文本文件。"),
    ("close other programs", "请关掉一些别的程序"),
    ("run Yinda with a Python of its own", "请用独立的 Python 运行引答"),
    ("Unpack it, and add what is inside.", "请解压后添加里面的文件。"),
    ("Unpack the archive with its password, and add what is inside.", "请用密码解压后添加里面的文件。"),
    ("Add it to a Library, or unpack it.", "请把它添加到资料库，或者解压。"),
    ("Add it as a document.", "请把它当作文档添加。"),
    ("Fetch it anew, or pack it again.", "请重新下载，或者重新打包。"),
    ("Fetch the archive anew.", "请重新下载压缩包。"),
    ("Pack it again.", "请重新打包。"),
    ("Pack it again, without such paths.", "请重新打包，不带这样的路径。"),
    ("Pack the file itself.", "请把文件本身打包进去。"),
    ("remove the document, should it go too", "如果文档也不要了，请移除它"),
    ("Save it from the mail program again.", "请从邮件软件重新保存。"),
    ("Save it in the browser again.", "请在浏览器里重新保存。"),
    ("remove the link", "请删掉这个链接"),
    ("what is there is added once", "那里的文件只添加一次"),
    ("check its permissions", "请检查它的权限"),
    ("check the spelling of the pattern", "请检查写法"),
    ("Name one with https:// or http://", "请给 https:// 或 http:// 开头的网址"),
    ("Name the address where it ends.", "请直接给最后跳到的网址。"),
    ("Save the page in a browser, and add the file.", "请用浏览器保存网页，再添加文件。"),
    ("Check the address.", "请检查网址。"),
    ("Check the address and the network.", "请检查网址和网络。"),
    ("Fetch it in a browser.", "请用浏览器下载。"),
    ("Fetch it in a browser, and split it.", "请用浏览器下载，再分成几份。"),
    ("Try again.", "请再试一次。"),
    ("Try again, or fetch it in a browser.", "请再试一次，或者用浏览器下载。"),
    ("choose another folder", "请换一个文件夹"),
    ("choose another folder, or restore the file from a back-up", "请换一个文件夹，或者用备份恢复这个文件"),
    ("check the permissions of {path} and the free space", "请检查 {path} 的权限和剩余空间"),
    ("check the folder's permissions and the free space", "请检查文件夹的权限和剩余空间"),
    (
        "check the folder's permissions and the free space; what was there before is kept",
        "请检查文件夹的权限和剩余空间；原有的都还在",
    ),
    ("check the folder's permissions", "请检查文件夹的权限"),
    ("check the file's permissions", "请检查文件的权限"),
    (
        "change the folder's permissions and open it again, or copy the folder to a place of your own",
        "请改文件夹的权限后重新打开，或者把文件夹复制到自己的地方",
    ),
    (
        "copy the folder to a place that can be written, and open the copy",
        "请把文件夹复制到可以写的地方，打开那一份",
    ),
    ("pip install 'yinda[ocr]'", "请安装 ocr 扩展：pip install 'yinda[ocr]'"),
    ("update Yinda: pip install --upgrade yinda", "请更新引答：pip install --upgrade yinda"),
    ("wait for it to finish and try again", "请等它写完再试"),
    ("run the command again", "请再试一次"),
    (
        "open it without naming a model or with {model}, or add the documents to a new Library",
        "请不指定模型或用{model}打开，或者把文档添加到新的资料库",
    ),
    (
        "the model was tuned since, or is no more: add the documents to a new Library",
        "模型后来改过或已经没有了：请把文档添加到新的资料库",
    ),
    # Conversations, and what people say of an answer
    ("begin a new one", "请新开一段"),
    ("write a few words", "请写几个字"),
    ("use one of {values}", "可用的有：{values}"),
    ("move it away, and a new one is begun, or restore it from a back-up", "把它移走会新建一个，或者用备份恢复"),
    # Questions
    ("ask something, for example: {question}", "请问点什么，例如：{question}"),
    (
        "ask one thing at a time; to search in a text, add it as a document",
        "请一次只问一件事；要在一段文字里查找，请把它添加为文档",
    ),
    (
        "leave it out for the default, or try 0.3 for more answers, 0.8 for surer ones",
        "可以不设；0.3 回答得更多，0.8 更有把握",
    ),
    # The model
    (
        "It needs about {size} MB there; set YINDA_CACHE to use another folder.",
        "那里需要约 {size} MB；设置 YINDA_CACHE 可以换一个文件夹。",
    ),
    ("Install it: {command}", "请安装：{command}"),
    ("Install the package again.", "请重新安装软件包。"),
    ("Install the package again: {command}", "请重新安装软件包：{command}"),
    (
        "Give a folder that SentenceTransformer wrote, or a hub name.",
        "请给 SentenceTransformer 存的文件夹，或者模型的名字。",
    ),
    ("Check that the folder holds a whole model.", "请检查文件夹里的模型是否完整。"),
    ("Check the name and the network, or give a folder.", "请检查名字和网络，或者给一个文件夹。"),
)

# What stands in some of the fields above.
_PARTS = (
    ("a ZIP or Office file", "压缩包或 Office 文件"),
    ("a PDF", " PDF 文件"),
    ("an old Office file", "旧版 Office 文件"),
    ("a picture", "图片"),
    ("a compressed file", "压缩文件"),
    ("a program", "程序"),
    ("an RTF document", " RTF 文档"),
    ("title", "标题"),
    ("organisation", "机构"),
    ("number", "文号"),
    ("Yinda Library", "引答的资料库"),
    ("file of Yinda conversations", "引答的对话文件"),
    ("the Library at {path}", "资料库 {path} "),
    ("the file of conversations {path}", "对话文件 {path} "),
    ("its folder is read-only", "文件夹是只读的"),
    ("{file} is read-only", "{file} 是只读的"),
    ("it was opened for reading only", "打开时只能读"),
    ("Permission denied", "没有权限"),
    ("No space left on device", "磁盘满了"),
    ("Read-only file system", "磁盘是只读的"),
    ("Input/output error", "磁盘读写出错"),
    ("disk I/O error", "磁盘读写出错"),
    ("database or disk is full", "磁盘满了"),
    ("attempt to write a readonly database", "文件是只读的"),
    ("unable to open database file", "文件打不开"),
    ("database is locked", "文件被占用"),
    ("page {pages} has", "第 {pages} 页"),
    ("pages {pages} have", "第 {pages} 页"),
)
# As Python writes a text that is named in an error.
_QUOTED = re.compile(r"'(.*)'", re.DOTALL)
_IN_PARTS = frozenset({"field", "kind", "pages", "reason", "thing", "what"})

# What is said of a document that was read, but not whole: "page 3", "pages 3, 5-9", then what they have.
_WARNINGS = (
    (
        "{pages} text that was recognised in a picture: compare quotes with the page",
        "{pages}的文字是从图片里识别出来的：引用前请对照原页",
    ),
    ("{pages} no text, only a picture: it may be a scan", "{pages}没有文字，只有图片：可能是扫描件"),
    (
        "{pages} no text, only drawings: its letters may have been turned into lines",
        "{pages}没有文字，只有图形：字可能已经转成了线条",
    ),
    (
        "{pages} text that does not say what the page shows, and was left out: the fonts do not name their characters",
        "{pages}的文字和显示的不符，没有收进来：字体没有说明是哪些字",
    ),
    (
        "{pages} some characters that cannot be read: the fonts do not name them",
        "{pages}有些字读不出来：字体没有说明是哪些字",
    ),
    ("{pages} damage and cannot be read", "{pages}已损坏，读不了"),
    ("{count} formulas have no stored result: their cells are empty", "{count} 个公式没有存下结果，这些单元格是空的"),
    ("hidden sheets were read too: {names}", "隐藏的工作表也读了：{names}"),
    ("{count} hidden rows and columns were read too", "{count} 个隐藏的行和列也读了"),
    ("hidden slides were read too: {numbers}", "隐藏的幻灯片也读了：第 {numbers} 张"),
    # Copies and versions of what is there already
    (
        "the same text is in {document}; answers cite one and name the other",
        "内容和{document}相同：回答引用其中一份，并注明另一份",
    ),
    (
        "almost the same text is in {document}; answers cite one and name the other",
        "内容和{document}几乎相同：回答引用其中一份，并注明另一份",
    ),
    ("a newer version is {document}; both are kept", "已有更新的版本{document}：两份都保留"),
    ("another version is {document}; both are kept", "已有另一个版本{document}：两份都保留"),
    ("it took the place of {document}", "替换了{document}"),
)


def told(error: YindaError | Addition, texts: Texts) -> tuple[str, str]:
    """Message and hint of an error, or of a document that was not added, in the language of ``texts``."""
    message = error.reason if isinstance(error, Addition) else error.message
    return told_as(message, error.hint, texts)


def told_line(error: YindaError | Addition, texts: Texts) -> str:
    """Message and hint as one line."""
    message, hint = told(error, texts)
    if texts.code == "zh":
        return f"{message.removesuffix('。')}。{hint}" if hint else message
    return " — ".join(filter(None, (message, hint)))


def told_as(message: str, hint: str, texts: Texts) -> tuple[str, str]:
    """The same for a message and a hint that were kept."""
    if texts.code != "zh":
        return message, hint
    return _looked_up(message, _MESSAGES), _looked_up(hint, _HINTS)


def told_warning(warning: str, texts: Texts) -> str:
    """What is said of a document that was read, but not whole (``Addition.warnings``)."""
    return _looked_up(warning, _WARNINGS) if texts.code == "zh" else warning


def _looked_up(line: str, table: Iterable[tuple[str, str]]) -> str:
    """``line`` in Chinese, by the first pattern that it fits; as it is when it fits none."""
    for pattern, chinese in table:
        match = _expression(pattern).fullmatch(line)
        if match:
            parts = {name: _part(name, value) for name, value in match.groupdict().items()}
            return chinese.format(**parts)
    return line


def _part(field: str, value: str) -> str:
    if field not in _IN_PARTS:
        quoted = _QUOTED.fullmatch(value)
        return f"“{quoted[1]}”" if quoted else value
    found = _looked_up(value, _PARTS)
    # A path; Chinese follows.
    return f"{value} " if found == value and field == "thing" else found


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", pattern)
    fields = (f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return re.compile("".join(fields), re.DOTALL)
