// Brings the files that the Finder asks this program to open to its window.
//
// Other systems start a program with the files as its arguments. macOS sends it an event instead,
// which the window's library (winit 0.30) does not pass on. So the program is started once more,
// as those systems do it: that start hands its arguments to the window that is open, and ends
// (src/store/door.rs). Nothing in Rust calls this, and this calls nothing in Rust: no `unsafe`.

#import <AppKit/AppKit.h>

// How many files one start is given: with paths of 1024 bytes, the longest that there are, half of
// what the system takes as arguments.
static const NSUInteger FILES_A_START = 500;

@interface MaviOpenDocuments : NSObject
@end

@implementation MaviOpenDocuments

// The listener, for as long as the program runs: the event manager does not keep it.
static MaviOpenDocuments *listener;

// Called before `main`. A command, which launches no application, hears nothing more of it.
+ (void)load {
    listener = [MaviOpenDocuments new];
    // What is set before this moment is replaced by AppKit's own handler, which refuses; what is
    // set later misses the files that the program was launched for.
    [[NSNotificationCenter defaultCenter] addObserver:listener
                                             selector:@selector(listen:)
                                                 name:NSApplicationWillFinishLaunchingNotification
                                               object:nil];
}

- (void)listen:(NSNotification *)notification {
    [[NSAppleEventManager sharedAppleEventManager] setEventHandler:self
                                                       andSelector:@selector(open:reply:)
                                                     forEventClass:kCoreEventClass
                                                        andEventID:kAEOpenDocuments];
}

- (void)open:(NSAppleEventDescriptor *)event reply:(NSAppleEventDescriptor *)reply {
    NSAppleEventDescriptor *files =
        [[event paramDescriptorForKeyword:keyDirectObject] coerceToDescriptorType:typeAEList];
    NSMutableArray<NSString *> *paths = [NSMutableArray array];
    for (NSInteger place = 1; place <= [files numberOfItems]; place++) {
        NSString *path = [[[files descriptorAtIndex:place] fileURLValue] path];
        if (path != nil) {
            [paths addObject:path];
        }
    }
    for (NSUInteger from = 0; from < [paths count]; from += FILES_A_START) {
        NSRange part = NSMakeRange(from, MIN(FILES_A_START, [paths count] - from));
        [self startWith:[paths subarrayWithRange:part]];
    }
}

- (void)startWith:(NSArray<NSString *> *)paths {
    NSTask *start = [NSTask new];
    [start setExecutableURL:[[NSBundle mainBundle] executableURL]];
    [start setArguments:paths];
    NSError *error = nil;
    if (![start launchAndReturnError:&error]) {
        NSLog(@"the files to be opened do not reach the window: %@", error);
    }
}

@end
