// OAuth 2.0 Form Post Response Mode: send the answer on to the app. Without JavaScript the person presses the button.
document.getElementById("answer").submit();
