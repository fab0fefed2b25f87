/** What the public pages say. */
export const en = {
  language: "English",
  product: "Product",
  pricing: "Pricing",
  docs: "Docs",
  signIn: "Sign in",
  start: "Create an account",
  readDocs: "Read the docs",
  skip: "Skip to content",
  foot: "Free software under the Apache License 2.0.",
  title: "An assistant with hands, on your own machines",
  lead: "OpenClaw reads, edits and runs things on the laptops and servers that you link to it. It asks before anything risky, shows what it did, and does it again when you want. You host it.",
  chatPicture: "A conversation: the assistant asks before it writes a file",
  promises: [
    { title: "It asks first", text: "Reading runs. Changing asks. Deleting asks twice. Formatting a disk never happens. Every command is judged part by part, and the machine has the last word by a policy file of its owner." },
    { title: "It forgets no work", text: "Whatever it accepted is in the database before it says so. Pull the plug: messages, questions and runs go on where they were, and no finished step runs twice." },
    { title: "Everyone in their own room", text: "Each person has their own conversations, machines and keys. Teams share workspaces. The database itself keeps tenants apart, and every approval stands in an audit log." },
  ],
  againTitle: "Once done, done again",
  againText: "Turn what worked into a workflow drawn on a canvas: conditions, loops, parallel branches, people who approve, machines that act. Each step is kept with what went in and came out. A step failed? Mend it and run on from there.",
  designerPicture: "A workflow on the canvas",
  openTitle: "Open, behind bars",
  openText: "Plugins come as signed packages and say in words what they want. Their code runs in a jail of the kernel, without your files, your network or your secrets, unless you grant them. Any MCP server installs as a plugin; your workflows are tools for others.",
  hostTitle: "One command to host it",
  hostText: "Python and Node on one machine, and nothing else: its own PostgreSQL comes along. The same code runs as many processes on a database that you manage.",
  pricingTitle: "Free to host, for any number of people",
  pricingLead: "OpenClaw is free software. What you pay is what you use elsewhere, at the price that they ask: nothing is added, and no seat is counted.",
  pricingRows: [
    { what: "OpenClaw", price: "Free", text: "All of it: accounts, workspaces, machines, workflows, plugins, audit log. Apache License 2.0." },
    { what: "Models", price: "Your provider's price", text: "Bring a key of OpenAI, Anthropic, Google or any compatible address. A model on your own machine costs nothing more. Each turn shows what it used." },
    { what: "Machines", price: "Yours", text: "The server and the machines that you link. It fits on one small server." },
  ],
  docsTitle: "Guides",
  docsLead: "How the parts work, for whoever runs OpenClaw or builds on it.",
  docsLanguage: "",
};

export type Words = typeof en;
