; The installer for Windows, for one user and without an administrator.
;
; makensis -DVERSION=0.1.0 -DBINARY=…\mavi-uploader.exe -DWINDOW=…\mavi-uploader-window.exe
;          -DLICENCES=…\third-party-licences.txt -DROOT=(this repository) -DOUT=…\setup.exe installer.nsi
;
; Our own and not cargo-packager's, whose associations take each extension's default away from the
; program that has it. Here only "Open with" learns of the program.

Unicode true
SetCompressor /SOLID lzma
; The two programs differ in one number: seen together, the second takes no room.
SetCompressorDictSize 64
!include MUI2.nsh
!include FileFunc.nsh
!include x64.nsh
!include WinVer.nsh

!define NAME "Mavi Uploader"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\mavi-uploader"
!define APPLICATION_KEY "Software\Classes\Applications\mavi-uploader-window.exe"
; Whose notifications they are: APP_ID of src/ui/desktop.rs.
!define NOTIFIER_KEY "Software\Classes\AppUserModelId\mavi-uploader"
!ifdef NSIS_WIN32_MAKENSIS
  !define FILE_SEPARATOR "\"
!else
  !define FILE_SEPARATOR "/"
!endif
!define ICONS "${ROOT}${FILE_SEPARATOR}assets${FILE_SEPARATOR}icon${FILE_SEPARATOR}mavi-uploader"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Mavi Uploader"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "FileDescription" "${NAME}: installer"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "MIT or Apache-2.0"

!define MUI_ICON "${ICONS}.ico"
!define MUI_UNICON "${ICONS}.ico"
!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\mavi-uploader-window.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "SimpChinese"

; "Open with" is read anew (SHCNE_ASSOCCHANGED).
!macro TellExplorer
  System::Call "shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)"
!macroend

; A program that runs holds its file: say so and end, before anything else is touched.
!macro EndIfRunning
  ${If} ${Errors}
    MessageBox MB_ICONEXCLAMATION|MB_OK "${NAME} is running. Close it, then start this again." /SD IDOK
    Abort
  ${EndIf}
!macroend

!macro OpenWith EXTENSION
  WriteRegStr HKCU "${APPLICATION_KEY}\SupportedTypes" ".${EXTENSION}" ""
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_ICONSTOP|MB_OK "${NAME} needs Windows 10 or 11, 64 bits." /SD IDOK
    Abort
  ${EndIf}
FunctionEnd

Section
  SetOutPath "$INSTDIR"
  ClearErrors
  SetOverwrite try
  File "/oname=mavi-uploader-window.exe" "${WINDOW}"
  !insertmacro EndIfRunning
  File "/oname=mavi-uploader.exe" "${BINARY}"
  !insertmacro EndIfRunning
  SetOverwrite on
  File "/oname=mavi-uploader.png" "${ICONS}-256.png"
  File "${ROOT}${FILE_SEPARATOR}LICENSE-MIT"
  File "${ROOT}${FILE_SEPARATOR}LICENSE-APACHE"
  File "/oname=third-party-licences.txt" "${LICENCES}"
  File "${ROOT}${FILE_SEPARATOR}README.md"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\mavi-uploader-window.exe"

  WriteRegStr HKCU "${NOTIFIER_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${NOTIFIER_KEY}" "IconUri" "$INSTDIR\mavi-uploader.png"

  WriteRegStr HKCU "${APPLICATION_KEY}" "FriendlyAppName" "${NAME}"
  WriteRegStr HKCU "${APPLICATION_KEY}\shell\open\command" "" '"$INSTDIR\mavi-uploader-window.exe" "%1"'
  !insertmacro OpenWith mp4
  !insertmacro OpenWith mov
  !insertmacro OpenWith avi
  !insertmacro OpenWith webm
  !insertmacro OpenWith mkv
  !insertmacro OpenWith flv
  !insertmacro OpenWith wmv
  !insertmacro OpenWith mpeg
  !insertmacro OpenWith mpg
  !insertmacro OpenWith mp3
  !insertmacro OpenWith wav
  !insertmacro OpenWith aac
  !insertmacro OpenWith flac
  !insertmacro OpenWith ogg
  !insertmacro OpenWith m4a
  !insertmacro OpenWith jpg
  !insertmacro OpenWith jpeg
  !insertmacro OpenWith png
  !insertmacro OpenWith gif
  !insertmacro OpenWith webp
  !insertmacro OpenWith bmp
  !insertmacro OpenWith tiff
  !insertmacro OpenWith tif

  !insertmacro TellExplorer

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\mavi-uploader-window.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "The Mavi Uploader authors"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" $0
SectionEnd

; History, settings, logs and the key are the person's, and stay.
Section Uninstall
  ClearErrors
  Delete "$INSTDIR\mavi-uploader-window.exe"
  !insertmacro EndIfRunning
  Delete "$INSTDIR\mavi-uploader.exe"
  !insertmacro EndIfRunning
  Delete "$INSTDIR\mavi-uploader.png"
  Delete "$INSTDIR\LICENSE-MIT"
  Delete "$INSTDIR\LICENSE-APACHE"
  Delete "$INSTDIR\third-party-licences.txt"
  Delete "$INSTDIR\README.md"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegKey HKCU "${APPLICATION_KEY}"
  DeleteRegKey HKCU "${NOTIFIER_KEY}"
  !insertmacro TellExplorer
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
SectionEnd
